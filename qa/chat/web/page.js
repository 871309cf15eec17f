// The page: puts its parts together and holds the conversation of this window. Questions go to the server, exchanges
// come back as HTML. `element` holds the page's markup, `server` is Gradio's way to Python.

import {articlePane} from './article.js';
import {caller} from './calls.js';
import {conversations} from './conversations.js';
import {begun, edit, giveUp, grow, made, sendWithEnter} from './exchange.js';
import {layers} from './layers.js';
import {library} from './library.js';
import {models} from './models.js';
import {panels} from './panels.js';
import {tools} from './tools.js';
import {fill, offerLanguages, put, speak, word} from './words.js';
import {written} from './written.js';

const TURNS_SENT = 20;
const KEPT = 'footnote-conversation';

export const start = (element, server) => {
  const app = element.querySelector('.fn-app');
  const find = (selector) => app.querySelector(selector);
  const log = find('.fn-log'), welcome = find('.fn-welcome'), clear = find('.fn-clear');
  const form = find('.fn-ask'), box = find('#fn-question'), send = form.querySelector('.fn-send');
  const narrow = window.matchMedia('(max-width: 820px)');
  const call = caller(server);

  let turns = [];           // of this conversation, as the server gave them
  let conversation = null;  // its id, once the server has stored it
  let waiting = null;       // {id, exchange} of the question that is being answered
  let dropped = null;       // {conversation, at}: stored answers that were taken away for a question not yet answered
  let steps = 0;            // to another question or conversation
  const offers = {wanted: false, sought: false};  // whether questions for the start are to be looked for, and are

  // ── Asking ────────────────────────────────────────────────────────────────────────────────────────────────────

  const narrate = (text) => { find('.fn-news').textContent = text; };
  const focusBox = () => { if (!narrow.matches) box.focus({preventScroll: true}); };

  // Takes a step; gives a function that says whether it is still the last. What comes for an earlier one is dropped.
  const step = () => {
    const mine = ++steps;
    return () => mine === steps;
  };

  const wait = (asked) => {
    waiting = asked;
    app.classList.toggle('fn-busy', asked !== null);
    word(send, asked ? 'stop' : 'ask');
  };

  const bringIntoView = (exchange) => {
    const tall = exchange.offsetHeight > find('.fn-scroll').clientHeight;
    exchange.scrollIntoView({block: narrow.matches || tall ? 'start' : 'nearest'});
  };

  const showTalk = (exchange) => {
    log.append(exchange);
    welcome.hidden = true;
    clear.hidden = false;
  };

  const ask = async (question) => {
    if (waiting || !question.trim()) return;
    step();
    for (const old of log.querySelectorAll('.fn-next, .fn-tool-trouble')) old.remove();
    if (narrow.matches) article.close();  // this too before the scrolling: what is below moves up
    const mine = {id: Math.random().toString(36).slice(2), exchange: begun(question)};
    mine.exchange.dataset.turn = turns.length;
    showTalk(mine.exchange);
    bringIntoView(mine.exchange);
    wait(mine);
    pen.haltAll();
    if (narrow.matches) box.blur();
    const id = dropped?.conversation ?? conversation;
    const place = {conversation: id, dropped: dropped?.at ?? [], above: keptIn([...log.children], id)};
    const sent = {question, turns: turns.slice(-TURNS_SENT), chosen: shelf.chosen(), ask: mine.id, ...place};
    const reply = await call('ask', sent).catch((error) => ({failed: error.message}));
    if (waiting !== mine) return;
    wait(null);
    if (reply.exchange) settle(mine.exchange, reply);
    else {
      giveUp(mine.exchange, reply);
      article.close();
    }
    bringIntoView(mine.exchange);
    focusBox();
    offerNext(mine.exchange);
  };

  const settle = (exchange, reply) => {
    put(exchange, reply.exchange + reply.tools);
    dropped = null;
    turns.push(reply.turn);
    remember(reply.conversation);
    if (reply.at !== null) setPlace(exchange, reply.conversation, reply.at);
    if (reply.article === null) article.close();  // an older one would stand there as if it belonged to this answer
    else {
      if (!narrow.matches) side.hide();  // it would hide the article; a sheet over the page was opened meanwhile
      article.show(reply.article);
    }
    if (reply.writing) pen.follow(exchange, reply.writing);
  };

  const stop = () => {
    giveUp(waiting.exchange, {failed: 'stopped'});
    call('stop', {ask: waiting.id}).catch(() => {});
    wait(null);
    focusBox();
  };

  // Where an answer is stored. Not all that stand here need be of one conversation: one that is full, or that another
  // window deleted, goes on as a new one. `at` tells it from what another window puts in its place.
  const setPlace = ({dataset}, id, at) => { Object.assign(dataset, {conversation: id, at}); };
  const isKept = (exchange) => exchange.dataset.at !== undefined;
  const placeOf = ({dataset: {conversation: id, at}}) => ({conversation: id, at});
  const keptIn = (all, id) => all.map(placeOf).filter((place) => place.conversation === id).map(({at}) => at);

  // Takes an exchange and all after it away. Those stored with the first are dropped with the next question, together
  // with any dropped there for one that was not answered.
  const cutFrom = (exchange) => {
    const gone = [];
    for (let each = exchange; each; each = each.nextElementSibling) gone.push(each);
    turns = turns.slice(0, Number(exchange.dataset.turn));
    for (const each of gone) each.remove();
    const id = gone.find(isKept)?.dataset.conversation;
    if (!id) return;
    const before = dropped?.conversation === id ? dropped.at : [];
    dropped = {conversation: id, at: [...keptIn(gone, id), ...before]};
  };

  const askInstead = (exchange, question) => {
    if (waiting) return;
    cutFrom(exchange);
    ask(question);
  };

  // ── Questions to offer, which nothing waits for ───────────────────────────────────────────────────────────────

  const offerNext = async (exchange) => {
    if (!isKept(exchange)) return;
    const reply = await call('offer_next', placeOf(exchange)).catch(() => ({}));
    if (!reply.chips || waiting || exchange !== log.lastElementChild) return;
    const next = made('div', 'fn-next'), chips = made('ul', 'fn-chips');
    chips.dataset.wordLabel = 'ask_next';
    fill(chips);
    put(chips, reply.chips);
    next.append(made('p', 'fn-label', 'ask_next'), chips);
    const view = find('.fn-scroll').getBoundingClientRect(), seen = exchange.getBoundingClientRect();
    const isSeen = seen.top >= view.top - 1 && seen.bottom <= view.bottom + 1;
    exchange.append(next);
    if (isSeen && !narrow.matches) bringIntoView(exchange);  // the answer stays in view
  };

  // One search at a time, and none while documents come in: it takes seconds, and would soon be out of date.
  const offer = async () => {
    offers.wanted = true;
    while (offers.wanted && !offers.sought && !shelf.isBusy() && !welcome.hidden) {
      Object.assign(offers, {wanted: false, sought: true});
      const reply = await call('offer', {chosen: shelf.chosen()}).catch(() => ({}));
      offers.sought = false;
      if (reply.chips !== undefined) put(welcome.querySelector('.fn-chips'), reply.chips);
    }
  };

  // ── Another conversation ──────────────────────────────────────────────────────────────────────────────────────

  // This window opens the same conversation again when it is loaded again.
  const remember = (id) => {
    conversation = id;
    try {
      if (id) sessionStorage.setItem(KEPT, id);
      else sessionStorage.removeItem(KEPT);
    } catch { /* then a reload begins anew */ }
  };

  const forgetAll = () => {
    step();
    if (waiting) call('stop', {ask: waiting.id}).catch(() => {});
    wait(null);
    pen.haltAll();
    turns = [];
    dropped = null;
    remember(null);
    log.replaceChildren();
    article.close();
  };

  const startAgain = () => {
    forgetAll();
    welcome.hidden = false;
    clear.hidden = true;
    focusBox();
    offer();
  };

  const resume = (reply) => {
    forgetAll();
    remember(reply.conversation);
    turns = reply.turns;
    reply.exchanges.forEach((html, turn) => {
      const exchange = made('article', 'fn-exchange');
      exchange.dataset.turn = turn;
      setPlace(exchange, reply.conversation, reply.at[turn]);
      put(exchange, html);
      showTalk(exchange);
    });
    side.leave();
    const footnote = log.querySelector('.fn-exchange:last-child .fn-footnote');
    if (footnote) article.open(footnote, {quietly: true});
    log.lastElementChild?.scrollIntoView({block: 'start'});
    focusBox();
  };

  const resumeAfterReload = async () => {
    const isLast = step();
    let id = null;
    try { id = sessionStorage.getItem(KEPT); } catch { /* nothing was kept */ }
    const reply = id && await call('reopen', {conversation: id}).catch(() => null);
    if (reply?.exchanges && isLast()) resume(reply);
  };

  // ── The parts put together, and events ────────────────────────────────────────────────────────────────────────

  const shelf = library(app, {call, narrate, changed: offer, settled: () => { if (offers.wanted) offer(); }});
  const past = conversations(app, {call, narrate, step, resume, gone: (id) => { if (id === conversation) startAgain(); }});
  const pen = written(app, {call, narrate});
  const choice = models(app, {call});
  const parts = {library: shelf, conversations: past, models: choice};
  const layer = layers(narrow);
  const side = panels(app, {narrow, layer, onOpen: (name) => parts[name].open()});
  const article = articlePane(app, {
    call,
    narrow,
    layer,
    leavePanel: side.hide,
    reopenPanel: (panel) => find(`.fn-top [aria-controls=${panel.id}]`).click(),
    home: () => log.querySelector('.fn-exchange:last-child .fn-footnote') ?? box,
  });
  tools(app, {call, narrate, place: (node) => placeOf(node.closest('.fn-exchange'))});

  app.addEventListener('click', (event) => {
    const button = event.target.closest('button'), exchange = button?.closest('.fn-exchange');
    if (!button) return;
    if (button.matches('.fn-chip')) ask(button.textContent);
    else if (button.matches('.fn-clear')) startAgain();
    else if (button.matches('.fn-edit') && !waiting) {
      edit(exchange, button.dataset.question, (question) => askInstead(exchange, question));
    } else if (button.matches('.fn-again')) {
      askInstead(exchange, exchange.querySelector('.fn-edit').dataset.question);
    }
  });
  send.addEventListener('click', (event) => {  // the second click of a double click on Ask finds Stop in its place
    if (waiting && event.detail > 1) event.preventDefault();
  });
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (waiting) return stop();
    const question = box.value;
    if (!question.trim()) return;
    box.value = '';
    grow(box);
    ask(question);
  });
  box.addEventListener('input', () => grow(box));
  box.addEventListener('keydown', (event) => {  // only the button stops
    if (event.key === 'Enter' && !event.shiftKey && waiting) {
      event.preventDefault();
      event.stopImmediatePropagation();
    }
  });
  sendWithEnter(box, form);

  speak(app);
  offerLanguages(find('.fn-language'), app);
  focusBox();
  shelf.showCount(Number(find('.fn-count').dataset.count));
  app.classList.add('fn-ready');
  resumeAfterReload();
  call('jobs').then(shelf.begin).catch(() => {}).then(offer);
};
