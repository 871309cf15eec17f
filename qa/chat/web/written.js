// What a language model writes below a short answer: it grows while it is looked at, can be stopped, and is replaced as
// a whole each time, so that nothing of an earlier state stays.

import {made} from './exchange.js';
import {pieces} from './words.js';

export const written = (app, {call, narrate}) => {
  const writing = new Map();  // job -> the section it is shown in

  // Shows a job below the answer of its exchange until it is done.
  const follow = async (exchange, job) => {
    const section = made('section', 'fn-written'), shown = made('div', 'fn-written-text');
    const stop = made('button', 'fn-link fn-stop-writing', 'stop_writing');
    stop.addEventListener('click', () => halt(job));
    section.append(shown, stop);
    exchange.insertBefore(section, exchange.querySelector('.fn-tools'));
    writing.set(job, section);
    let seen = -1;
    for (let done = false; !done && section.isConnected;) {
      const reply = await call('written', {job, seen}).catch(() => null);
      if (!reply) break;
      if (reply.version !== seen) shown.replaceChildren(pieces(reply.html));
      [done, seen] = [reply.done, reply.version];
    }
    if (!section.isConnected) halt(job);
    writing.delete(job);
    stop.remove();
    const text = shown.querySelector('.fn-long') ?? shown.querySelector('.fn-note, .fn-trouble');
    if (text && section.isConnected) narrate(text.textContent);
  };

  const halt = (job) => { call('stop_writing', {job}).catch(() => {}); };

  // Stops all that this window has asked for.
  const haltAll = () => { for (const job of writing.keys()) halt(job); };

  return {follow, haltAll};
};
