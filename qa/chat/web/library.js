// The library's panel: add files, a link or a text, see how far they are, find, remove, put back, and choose which
// documents are asked. Rows come from the server; this file moves them and keeps the choice.

import {upload} from './calls.js';
import {composing, grow} from './exchange.js';
import {pieces, put, spoken, word} from './words.js';

const POLL_MS = 400;
const UNDO_MS = 30_000;

// `changed` hears that other documents are there or chosen, `settled` that no more are on their way.
export const library = (app, {call, narrate, changed, settled}) => {
  const find = (selector) => app.querySelector(selector);
  const form = find('.fn-add'), box = find('#fn-add'), files = find('.fn-files'), trouble = find('.fn-add-trouble');
  const rows = find('.fn-documents'), jobs = find('.fn-jobs'), undos = find('.fn-undos'), search = find('#fn-find-document');
  const chosen = {all: true, ids: new Set()};  // ids: those left out, or with all = false those asked
  let total = null, sending = 0, watching = false, wanted = false;
  let looks = 0;  // a list that was overtaken by another is dropped
  let finished = new Set();  // the jobs whose end was told

  const reach = (name, sent) => call(name, sent).catch((error) => ({trouble: spoken(error.message)}));

  // The reply, or null after showing why there is none.
  const orTrouble = (reply) => {
    if (reply.trouble) put(trouble, reply.trouble);
    return reply.trouble ? null : reply;
  };
  const ask = async (name, sent) => orTrouble(await reach(name, sent));

  // ── The choice of documents ───────────────────────────────────────────────────────────────────────────────────

  const isChosen = (id) => chosen.all !== chosen.ids.has(id);

  // What was removed here and can come back, or is on its way: its choice is kept, and not counted.
  const away = () => new Set([...undos.children].map((notice) => notice.dataset.id));

  const showChoice = () => {
    for (const row of rows.querySelectorAll('.fn-row')) row.querySelector('.fn-tick').checked = isChosen(row.dataset.id);
    const gone = away(), ids = [...chosen.ids].filter((id) => !gone.has(id));
    const whole = chosen.all && ids.length === 0;
    const values = whole ? {} : {n: chosen.all ? total - ids.length : ids.length, count: total};
    find('.fn-choice').hidden = whole;
    if (!whole) word(find('.fn-choice-said'), 'asking_some', values);
    word(find('.fn-asked-of'), whole ? 'asked_all' : 'asked_some', values);
    find('.fn-asked-of').hidden = total === 0;
  };

  const choose = (ids, on) => {
    for (const id of ids) {
      if (on === chosen.all) chosen.ids.delete(id);
      else chosen.ids.add(id);
    }
    showChoice();
    changed();
  };

  const chooseAll = (all) => {
    chosen.all = all;
    chosen.ids.clear();
    showChoice();
    changed();
  };

  // Of a list that was searched, those found.
  const chooseShown = (on) => {
    if (search.value.trim()) choose([...rows.querySelectorAll('.fn-row')].map((row) => row.dataset.id), on);
    else chooseAll(on);
  };

  // Where every document has its row, one that has none was removed elsewhere, and its choice with it.
  const forgetGone = (count) => {
    const kept = away(), all = rows.querySelectorAll('.fn-row');
    if (all.length < count) return;
    for (const row of all) kept.add(row.dataset.id);
    for (const id of chosen.ids) if (!kept.has(id)) chosen.ids.delete(id);
  };

  // ── The list ──────────────────────────────────────────────────────────────────────────────────────────────────

  const showCount = (count) => {
    if (total !== null && total !== count) changed();
    total = count;
    word(find('.fn-count'), 'articles', {count});
    find('.fn-when-empty').hidden = count > 0;
    showChoice();
  };

  const refresh = async () => {
    const mine = ++looks;
    rows.ariaBusy = 'true';
    const found = await reach('documents', {words: search.value});
    if (mine !== looks) return;
    rows.ariaBusy = 'false';
    const reply = orTrouble(found);
    if (!reply) return;
    showRows(reply.rows);
    forgetGone(reply.count);
    showCount(reply.count);
  };

  // The same button of the same row keeps the focus.
  const showRows = (html) => {
    const held = rows.contains(document.activeElement) ? document.activeElement : null;
    const id = held?.closest('.fn-row').dataset.id;
    put(rows, html);
    const row = held && [...rows.querySelectorAll('.fn-row')].find((each) => each.dataset.id === id);
    row?.getElementsByClassName(held.className)[0].focus();
  };

  const remove = async (row) => {
    if (row.ariaBusy) return;  // it is on its way
    row.ariaBusy = 'true';
    put(trouble, '');
    const reply = await ask('remove', {document: row.dataset.id});
    if (reply) offerUndo(reply.removed); else row.ariaBusy = null;
    refresh();
  };

  const offerUndo = (html) => {
    undos.append(pieces(html));
    const notice = undos.lastElementChild;
    notice.querySelector('button').focus({preventScroll: true});
    setTimeout(() => {
      if (notice.hidden) return;
      notice.remove();
      chosen.ids.delete(notice.dataset.id);
    }, UNDO_MS);
  };

  const restore = async (notice) => {
    put(trouble, '');
    if (!await ask('restore', {document: notice.dataset.id})) return;
    notice.hidden = true;  // and goes when no more are on their way
    search.focus({preventScroll: true});
    watch();
  };

  // ── Adding ────────────────────────────────────────────────────────────────────────────────────────────────────

  const pause = () => new Promise((resume) => { setTimeout(resume, POLL_MS); });

  // Shows the jobs until all have ended; asked again meanwhile, it looks at least once more.
  const watch = async () => {
    wanted = true;
    if (watching) return;
    watching = true;
    while (wanted) {
      wanted = false;
      const reply = await ask('jobs');
      if (!reply) break;
      await showJobs(reply);
      wanted ||= reply.busy || sending > 0;
      if (wanted) await pause();
    }
    watching = false;
    for (const notice of undos.querySelectorAll('[hidden]')) notice.remove();
    showChoice();
    settled();
  };

  const showJobs = async (reply) => {
    const scrolled = jobs.scrollTop;
    for (const row of jobs.querySelectorAll('.fn-job:not(.fn-here)')) row.remove();
    jobs.append(pieces(reply.rows));
    jobs.scrollTop = scrolled;
    find('.fn-adding').hidden = jobs.children.length === 0;
    const news = ended(jobs).filter((row) => !finished.has(row.dataset.id));
    if (news.length) narrate(news.map(told).join('. '));
    finished = new Set(ended(jobs).map((row) => row.dataset.id));
    if (news.length || reply.count !== total) await refresh();
  };

  const told = (row) => [...row.children].map((part) => part.textContent).join(': ');
  const ended = (holder) => [...holder.querySelectorAll('[data-stage=done], [data-stage=failed]')];

  // What ended before this window was opened is no news to it. What went wrong is said when the panel is opened.
  const begin = (reply) => {
    if (reply.trouble) return;
    for (const row of ended(pieces(reply.rows))) finished.add(row.dataset.id);
    if (!looks) showCount(reply.count);  // a list that was looked at meanwhile knows better
    if (reply.busy) watch();
  };

  // A row for what the server does not know of yet.
  const ownRow = (name) => {
    const row = document.createElement('li');
    row.className = 'fn-job fn-here';
    row.append(document.createElement('p'), document.createElement('p'));
    row.firstChild.className = 'fn-job-name';
    row.firstChild.textContent = name;
    row.lastChild.className = 'fn-stage';
    word(row.lastChild, 'stage_waiting');
    jobs.prepend(row);
    find('.fn-adding').hidden = false;
    return row;
  };

  const fails = (row, html) => {
    row.classList.add('fn-failed');
    const reason = document.createElement('div');
    reason.className = 'fn-stage';
    put(reason, html);
    row.lastChild.replaceWith(reason);
    narrate(told(row));
  };

  const send = async (row, name, file) => {
    if (file === null) return fails(row, spoken('unreadable'));
    const most = Number(form.dataset.maxBytes);
    if (file.size > most) {
      return fails(row, spoken('too_large', {size: megabytes(file.size), most: megabytes(most)}));
    }
    try {
      word(row.lastChild, 'stage_sending');
      let reply = await upload(file, name);
      while (reply.full) {
        word(row.lastChild, 'stage_waiting');
        await room();
        reply = await upload(file, name);
      }
      if (reply.trouble) fails(row, reply.trouble);
      else row.remove();
    } catch (error) {
      fails(row, spoken(error.message));
    }
  };

  // Resolves when the server may take another file: it holds only some at a time.
  const room = async () => {
    do await pause(); while ((await call('jobs')).full);
  };

  const megabytes = (bytes) => String(Math.round(bytes / 2 ** 20));

  const sendAll = async (named) => {
    if (!named.length) return;
    sending += 1;
    watch();
    const all = named.map(([name, file]) => [ownRow(name), name, file]);
    for (const each of all) await send(...each);
    sending -= 1;
    watch();
  };

  const addText = async () => {
    const text = box.value;
    if (!text.trim()) return;
    put(trouble, '');
    if (!await ask('add', {text})) return;
    if (box.value === text) {  // what was typed meanwhile is the next one
      box.value = '';
      grow(box);
    }
    watch();
  };

  const forget = async () => {
    for (const row of jobs.querySelectorAll('.fn-here.fn-failed')) row.remove();
    await ask('forget');
    find('.fn-adding').hidden = jobs.children.length === 0;
    watch();
  };

  // ── What was dropped: files, and those of folders that have a known suffix ───────────────────────────────────

  const dropped = async (transfer) => {
    const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    const plain = [...transfer.files].map((file) => [file.name, file]);
    return entries.some((entry) => entry.isDirectory) ? (await Promise.all(entries.map(below))).flat() : plain;
  };

  // Path and file of each; in place of what the browser may not read there is null, so that it is named.
  const below = async (entry) => {
    const path = entry.fullPath.replace(/^\//, '');
    if (entry.isFile && !files.accept.split(',').some((suffix) => path.toLowerCase().endsWith(suffix))) return [];
    try {
      if (entry.isFile) return [[path, await new Promise((resolve, reject) => { entry.file(resolve, reject); })]];
      return (await Promise.all((await inside(entry)).map(below))).flat();
    } catch {
      return [[path, null]];
    }
  };

  const inside = async (folder) => {
    const reader = folder.createReader(), entries = [];
    for (let more = [null]; more.length; entries.push(...more)) {  // at most a hundred at a time
      more = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    }
    return entries;
  };

  // ── Events ────────────────────────────────────────────────────────────────────────────────────────────────────

  const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
  const cue = find('.fn-dropping');
  app.addEventListener('dragover', (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    cue.hidden = false;
  });
  app.addEventListener('dragleave', (event) => { if (!app.contains(event.relatedTarget)) cue.hidden = true; });
  app.addEventListener('drop', (event) => {
    cue.hidden = true;
    if (!holdsFiles(event)) return;
    event.preventDefault();
    const named = dropped(event.dataTransfer);  // which is empty once the event has passed
    if (find('#fn-library').hidden) find('.fn-top [data-panel=library]').click();
    named.then(sendAll).catch(() => put(trouble, spoken('unreadable')));
  });

  // What was not sent yet is lost with the page: the browser asks first.
  window.addEventListener('beforeunload', (event) => { if (sending) event.preventDefault(); });

  window.addEventListener('focus', watch);  // another may have changed the library
  form.addEventListener('submit', (event) => { event.preventDefault(); addText(); });
  box.addEventListener('input', () => grow(box));
  box.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.shiftKey || composing(event) || box.value.includes('\n')) return;
    event.preventDefault();
    form.requestSubmit();
  });
  find('.fn-choose-files').addEventListener('click', () => files.click());
  files.addEventListener('change', () => {
    sendAll([...files.files].map((file) => [file.name, file]));
    files.value = '';
  });
  search.addEventListener('input', refresh);
  rows.addEventListener('change', (event) => {
    if (event.target.matches('.fn-tick')) choose([event.target.closest('.fn-row').dataset.id], event.target.checked);
  });
  app.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button?.matches('.fn-remove')) {
      if (event.detail < 2) remove(button.closest('.fn-row'));  // the second would meet the row that moved up
    } else if (button?.matches('.fn-restore')) restore(button.closest('.fn-undo'));
    else if (button?.matches('.fn-forget')) forget();
    else if (button?.matches('.fn-choose-all')) chooseAll(true);
    else if (button?.matches('.fn-tick-all')) chooseShown(true);
    else if (button?.matches('.fn-tick-none')) chooseShown(false);
  });

  return {
    open: () => { put(trouble, ''); refresh(); watch(); },
    chosen: () => ({all: chosen.all, ids: [...chosen.ids]}),
    isBusy: () => watching,
    begin,
    showCount,
  };
};
