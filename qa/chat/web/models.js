// The panel in which a language model is chosen: none, one of this machine, one behind a server; how far it is loaded,
// and how long its answers took.

import {put, spoken} from './words.js';

const LOOK_MS = 1000;

export const models = (app, {call}) => {
  const find = (selector) => app.querySelector(selector);
  const panel = find('#fn-models'), list = find('.fn-model-list'), state = find('.fn-model-state');
  const form = find('.fn-other-model'), box = find('#fn-other-model');
  let timer = null, choices = 0;  // counted at their start and their end: a look made across one is out of date

  const show = (reply) => {
    clearTimeout(timer);
    if (reply.trouble) return put(state, reply.trouble);
    const value = document.activeElement?.closest('.fn-model-list') ? document.activeElement.value : null;
    put(list, reply.rows);
    if (value !== null) [...list.querySelectorAll('input')].find((each) => each.value === value)?.focus();
    put(state, reply.state);
    if (reply.busy && !panel.hidden) timer = setTimeout(open, LOOK_MS);
  };

  const reach = (name, sent) => call(name, sent).catch((error) => ({trouble: spoken(error.message)}));

  const open = async () => {
    list.ariaBusy = 'true';
    const before = choices, reply = await reach('models');
    if (choices === before) show(reply);
    list.ariaBusy = 'false';
  };

  const choose = async (model) => {
    choices += 1;
    const reply = await reach('choose_model', {model});
    choices += 1;
    show(reply);
    return !reply.trouble;
  };

  list.addEventListener('change', (event) => choose(event.target.value));
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const model = box.value;
    if (model.trim() && await choose(model) && box.value === model) box.value = '';  // or what was typed meanwhile
  });
  return {open};
};
