// The article beside the answer: opened at its cited sentence by a footnote, left again to where the reader came from.

import {made} from './exchange.js';
import {put, word} from './words.js';

export const articlePane = (app, {call, narrow, layer, leavePanel, reopenPanel, home}) => {
  const pane = app.querySelector('.fn-article');
  let opening = 0;    // an article that was overtaken by another is dropped
  let opener = null;  // the button to return to

  const blank = (key) => {
    const note = document.createElement('p');
    note.className = 'fn-blank';
    word(note, key);
    return note;
  };

  const show = (html) => {
    opening += 1;
    put(pane, html);
    if (!pane.querySelector('.fn-bar')) {  // a note in the place of an article
      const bar = made('div', 'fn-bar');
      bar.append(made('div', ''), made('button', 'fn-link fn-back', 'back'));
      bar.append(made('button', 'fn-link fn-shut', 'close'));
      pane.prepend(bar);
    }
    pane.classList.add('fn-open-article');
    pane.scrollTop = 0;
    const cited = pane.querySelector('#cited');
    if (cited) {
      const offset = cited.getBoundingClientRect().top - pane.getBoundingClientRect().top;
      pane.scrollTop = offset - pane.clientHeight / 3;
    }
  };

  const close = () => {
    opening += 1;
    pane.replaceChildren(blank('article_placeholder'));
    pane.classList.remove('fn-open-article');
    pane.removeAttribute('aria-busy');
  };

  // What could not be had is no reason to take away what is open: that is said above it.
  const giveUp = (key) => {
    if (!pane.querySelector('.fn-paper')) return show(blank(key).outerHTML);
    const note = made('p', 'fn-trouble', key);
    note.role = 'alert';
    pane.querySelector('.fn-bar .fn-trouble')?.remove();
    pane.querySelector('.fn-bar > div').append(note);
  };

  // Opens the place that a button names; `quietly` leaves the focus where it is.
  const open = async (button, {quietly = false} = {}) => {
    const {document: id, start, end} = button.dataset;
    const mine = ++opening;
    if (!pane.contains(button)) opener = button;
    if (!quietly) leavePanel();
    pane.setAttribute('aria-busy', 'true');
    const sent = {document: id, start: Number(start), end: Number(end), quote: button.value};
    const reply = await call('article', sent).catch((error) => ({failed: error.message}));
    if (mine !== opening) return;
    pane.removeAttribute('aria-busy');
    if (reply.trouble) show(`<div class="fn-paper">${reply.trouble}</div>`);
    else if (reply.failed) giveUp(reply.failed);
    else show(reply.article);
    if (quietly) return;
    layer.enter(shut);
    pane.focus({preventScroll: true});
    if (narrow.matches) pane.scrollIntoView({block: 'center'});
  };

  const goBack = () => {
    const panel = opener?.isConnected ? opener.closest('.fn-panel') : null;
    if (panel) return reopenPanel(panel);
    layer.leave(shut);
    const target = opener?.isConnected ? opener : home();
    target.focus({preventScroll: true});
    target.scrollIntoView({block: 'center'});
  };

  const shut = () => {
    goBack();
    close();
  };

  app.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button?.dataset.document !== undefined) open(button);
    else if (button?.matches('.fn-back')) goBack();
    else if (button?.matches('.fn-shut')) shut();
  });
  pane.addEventListener('keydown', (event) => { if (event.key === 'Escape') goBack(); });

  close();
  return {show, open, close: () => { layer.leave(shut); opener = null; close(); }};
};
