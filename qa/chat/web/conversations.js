// The panel of stored conversations: find one, open it again, rename it, save it as a file, delete it.

import {composing} from './exchange.js';
import {fill, put, spoken, word} from './words.js';

// `step` says that the window goes on to something else, and gives a function that says whether it is still there.
export const conversations = (app, {call, narrate, step, resume, gone}) => {
  const find = (selector) => app.querySelector(selector);
  const panel = find('#fn-conversations'), rows = find('.fn-conversations');
  const search = find('#fn-find-conversation'), trouble = find('.fn-conversations-trouble');
  let looks = 0;  // a list that was overtaken by another is dropped

  const reach = (name, sent) => call(name, sent).catch((error) => ({trouble: spoken(error.message)}));

  // The reply, or null after showing why there is none.
  const orTrouble = (reply) => {
    put(trouble, reply.trouble || '');
    return reply.trouble ? null : reply;
  };
  const ask = async (name, sent) => orTrouble(await reach(name, sent));

  const refresh = async () => {
    const mine = ++looks;
    rows.ariaBusy = 'true';
    const found = await reach('conversations', {words: search.value});
    if (mine !== looks) return;
    rows.ariaBusy = 'false';
    const reply = orTrouble(found);
    if (reply) put(rows, reply.rows);
  };

  const reopen = async (row) => {
    const isLast = step();
    const found = await reach('reopen', {conversation: row.dataset.id});
    if (!isLast()) return;
    const reply = orTrouble(found);
    if (reply) resume(reply);
    else refresh();
  };

  const rename = (row) => {
    const title = row.querySelector('.fn-reopen');
    if (title.hidden) return;
    const draft = document.createElement('input');
    draft.className = 'fn-rename-to';
    draft.value = title.textContent;
    draft.dataset.wordLabel = 'rename';
    fill(draft);
    title.hidden = true;
    title.after(draft);
    draft.select();
    const leave = () => { title.hidden = false; draft.remove(); };
    const keep = async () => {
      const reply = await ask('rename', {conversation: row.dataset.id, title: draft.value});
      if (!reply) return false;
      title.textContent = reply.title;
      leave();
      return true;
    };
    const goBack = () => row.querySelector('.fn-rename').focus();
    draft.addEventListener('keydown', async (event) => {
      if (composing(event)) return;
      if (event.key === 'Escape') { event.stopPropagation(); leave(); goBack(); }
      if (event.key === 'Enter' && await keep()) goBack();
    });
    draft.addEventListener('blur', () => { if (title.hidden) keep(); });  // where it is not left already
  };

  const save = ({name, text}) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([text], {type: 'text/plain'}));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
    narrate(name);
  };

  // The first press asks, the second deletes, unless something else was done between them.
  const remove = async (row, button) => {
    if (button.dataset.wordLabel !== 'delete_really') return askWhether(button, 'delete_really', 'delete_really');
    const id = row.dataset.id;
    if (!await ask('delete', {conversation: id})) return;
    gone(id);
    const next = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (next?.querySelector('.fn-reopen') ?? search).focus();
    if (!rows.querySelector('.fn-row')) refresh();
  };

  const askWhether = (button, key, label) => {
    word(button.querySelector('[data-word]'), key);
    button.dataset.wordLabel = label;
    fill(button);
  };

  const askNoMore = ({target}) => {
    for (const button of rows.querySelectorAll('[data-word-label=delete_really]')) {
      if (!button.contains(target)) askWhether(button, 'delete', 'delete_this');
    }
  };
  app.addEventListener('focusin', askNoMore);
  app.addEventListener('click', askNoMore);

  panel.addEventListener('click', async (event) => {
    const button = event.target.closest('button'), row = event.target.closest('.fn-row');
    if (!button) return;
    if (button.matches('.fn-reopen')) reopen(row);
    else if (button.matches('.fn-rename')) rename(row);
    else if (button.matches('.fn-delete')) {
      if (event.detail < 2) remove(row, button);  // a double click means no more than a click
    } else if (button.matches('.fn-export')) {
      const reply = await ask('export', {conversation: row.dataset.id});
      if (reply) save(reply);
    } else if (button.matches('.fn-ratings')) {
      const reply = await ask('ratings');
      if (reply) save(reply);
    }
  });
  search.addEventListener('input', refresh);

  const open = () => {
    put(trouble, '');
    rows.replaceChildren();  // the new rows would wipe a name that is typed into an old one
    refresh();
  };

  return {open};
};
