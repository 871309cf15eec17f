// The panels beside the conversation: one is open at a time; Escape or Close leads back to the button that opened it,
// and so does its button in the top bar, pressed again. In a search box that is filled, Escape empties it first.
// On a narrow screen a panel is a sheet over the page, and what lies under it cannot be reached.

import {composing} from './exchange.js';

export const panels = (app, {narrow, layer, onOpen}) => {
  const covered = app.querySelectorAll('.fn-top, .fn-talk, .fn-article');
  let open = null;     // the panel's element
  let opener = null;   // the button to return to

  const mark = () => {
    for (const button of app.querySelectorAll('.fn-top .fn-open')) {
      button.setAttribute('aria-expanded', String(open !== null && open.id === button.getAttribute('aria-controls')));
    }
    for (const each of covered) each.inert = open !== null && narrow.matches;
    app.classList.toggle('fn-panelled', open !== null);
  };

  const hide = () => {
    if (open) open.hidden = true;
    open = null;
    mark();
  };

  const show = (name, button) => {
    const panel = app.querySelector(`#fn-${name}`);
    if (open === panel && button.closest('.fn-top')) return close();
    hide();
    [open, opener] = [panel, button];
    panel.hidden = false;
    mark();
    panel.focus({preventScroll: true});
    layer.enter(close);
    onOpen(name);
  };

  const leave = () => {
    hide();
    layer.leave(close);
  };

  const close = () => {
    leave();
    if (opener && opener.isConnected) opener.focus({preventScroll: true});
  };

  app.addEventListener('click', (event) => {
    const button = event.target.closest('button');
    if (button?.classList.contains('fn-open')) show(button.dataset.panel, button);
    if (button?.classList.contains('fn-close')) close();
    if (narrow.matches && open && event.target === app) close();  // what lies under the sheet, dimmed
  });
  app.addEventListener('keydown', (event) => {
    const {key, target} = event;
    if (key !== 'Escape' || composing(event) || !open?.contains(target)) return;
    if (target.type !== 'search' || !target.value) return close();
    event.preventDefault();
    target.value = '';
    target.dispatchEvent(new Event('input', {bubbles: true}));
  });
  narrow.addEventListener('change', mark);
  return {hide, leave};
};
