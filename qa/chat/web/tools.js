// What can be done with an answer: say whether it is right and why not, copy it with its footnotes.

import {pieces, put, spoken, word} from './words.js';

const COPIED_MS = 2000;

export const tools = (app, {call, narrate, place}) => {
  // Asks the server about the answer that a button belongs to; what goes wrong is said below the answer.
  const ask = async (name, button, sent) => {
    const reply = await call(name, {...place(button), ...sent}).catch((error) => ({trouble: spoken(error.message)}));
    const exchange = button.closest('.fn-exchange');
    for (const old of exchange.querySelectorAll('.fn-tool-trouble')) old.remove();
    if (!reply.trouble) return reply;
    const note = document.createElement('div');
    note.className = 'fn-tool-trouble';
    note.setAttribute('role', 'alert');
    exchange.querySelector('.fn-tools').after(note);
    put(note, reply.trouble);
    note.scrollIntoView({block: 'nearest'});
    return null;
  };

  // ── Thumbs ────────────────────────────────────────────────────────────────────────────────────────────────────

  const pressed = (button) => button.getAttribute('aria-pressed') === 'true';

  const judge = async (button) => {
    const exchange = button.closest('.fn-exchange');
    const verdict = pressed(button) ? 'withdrawn' : button.dataset.verdict;
    const reply = await ask('judge', button, {verdict});
    if (!reply) return;
    for (const thumb of exchange.querySelectorAll('.fn-thumb')) {
      thumb.setAttribute('aria-pressed', String(thumb.dataset.verdict === verdict));
    }
    exchange.querySelector('.fn-why, .fn-thanks')?.remove();
    if (reply.why) exchange.querySelector('.fn-tools').after(pieces(reply.why));
    if (verdict !== 'withdrawn') thank(exchange);
  };

  const thank = (exchange) => {
    const holder = document.createElement('p');
    word(holder, 'noted');
    narrate(holder.textContent);
    const why = exchange.querySelector('.fn-why');
    if (!why) return;
    why.querySelector('.fn-reason').focus({preventScroll: true});
    why.scrollIntoView({block: 'nearest'});
  };

  const choose = (button) => {
    const on = !pressed(button);
    for (const each of button.closest('.fn-why').querySelectorAll('.fn-reason')) {
      each.setAttribute('aria-pressed', String(on && each === button));
    }
  };

  const explain = async (form) => {
    const reason = form.querySelector('.fn-reason[aria-pressed=true]')?.dataset.reason ?? '';
    const correction = form.querySelector('input').value;
    const reply = await ask('judge', form, {verdict: 'down', reason, correction});
    if (!reply) return;
    const thumb = form.closest('.fn-exchange').querySelector('.fn-thumb[aria-pressed=true]');
    const thanks = document.createElement('p');
    thanks.className = 'fn-note fn-thanks';
    word(thanks, 'noted');
    form.replaceWith(thanks);
    narrate(thanks.textContent);
    thumb?.focus();
  };

  // ── Copying ───────────────────────────────────────────────────────────────────────────────────────────────────

  const copy = async (button) => {
    const reply = await ask('copy', button, {format: button.dataset.format});
    if (!reply) return;
    const label = button.querySelector('[data-word]');
    word(label, await toClipboard(reply.text) ? 'copied' : 'not_copied');
    narrate(label.textContent);
    setTimeout(() => word(label, `copy_${button.dataset.format}`), COPIED_MS);
  };

  const toClipboard = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return byHand(text);  // the clipboard is closed to pages from another machine
    }
  };

  const byHand = (text) => {
    const holder = document.createElement('textarea'), before = document.activeElement;
    holder.className = 'fn-hidden';
    holder.value = text;
    app.append(holder);
    holder.select();
    const done = document.execCommand('copy');
    holder.remove();
    before?.focus({preventScroll: true});
    return done;
  };

  app.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button?.matches('.fn-thumb')) judge(button);
    else if (button?.matches('.fn-reason')) choose(button);
    else if (button?.matches('.fn-copy')) copy(button);
  });
  app.addEventListener('submit', (event) => {
    if (!event.target.matches('.fn-why')) return;
    event.preventDefault();
    explain(event.target);
  });
};
