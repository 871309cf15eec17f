// One exchange of the conversation as the browser makes it: the question while its answer is looked for, what went
// wrong in the answer's place, the draft of a question that is edited.

import {fill, put, word} from './words.js';

export const made = (tag, kind, key) => {
  const node = document.createElement(tag);
  node.className = kind;
  if (tag === 'button') node.type = 'button';
  if (key) word(node, key);
  return node;
};

export const begun = (question) => {
  const exchange = made('article', 'fn-exchange'), asked = made('div', 'fn-asked');
  const heading = made('h2', 'fn-question'), edit = made('button', 'fn-link fn-edit', 'edit');
  heading.textContent = question;
  edit.dataset.question = question;
  asked.append(heading, edit);
  exchange.append(asked, made('p', 'fn-searching', 'searching'));
  return exchange;
};

// In the place of the reply: the trouble in words, and a button to ask again when it is mended or has passed.
export const giveUp = (exchange, {trouble, failed}) => {
  const note = made('div', 'fn-given-up');
  if (trouble) put(note, trouble);
  else note.append(made('p', 'fn-trouble', failed));
  note.append(made('button', 'fn-link fn-again', 'ask_again'));
  exchange.querySelector('.fn-searching').replaceWith(note);
};

// Turns the question of an exchange into a draft; `ask` gets its text.
export const edit = (exchange, question, ask) => {
  if (exchange.querySelector('.fn-editing')) return;
  const asked = exchange.querySelector('.fn-asked'), draft = made('form', 'fn-editing'), text = made('textarea', '');
  const send = made('button', 'fn-send', 'ask'), cancel = made('button', 'fn-link fn-cancel', 'cancel');
  text.value = question;
  text.rows = 2;
  text.dataset.wordLabel = 'question';
  fill(text);
  send.type = 'submit';
  draft.append(text, send, cancel);
  if (exchange.nextElementSibling) draft.append(made('p', 'fn-note', 'edit_drops'));
  asked.hidden = true;
  asked.after(draft);
  grow(text);
  text.addEventListener('input', () => grow(text));
  text.focus();

  const leave = () => { draft.remove(); asked.hidden = false; asked.querySelector('.fn-edit').focus(); };
  cancel.addEventListener('click', leave);
  draft.addEventListener('keydown', (event) => { if (event.key === 'Escape' && !composing(event)) leave(); });
  draft.addEventListener('submit', (event) => {
    event.preventDefault();
    if (text.value.trim()) ask(text.value);
  });
  sendWithEnter(text, draft);
};

// Whether a key is an input method's, which ends a word with Enter and gives it up with Escape. Of the Enter that ends
// one, Safari tells by the code alone.
export const composing = (event) => event.isComposing || event.keyCode === 229;

export const sendWithEnter = (text, form) => text.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.shiftKey || composing(event)) return;
  event.preventDefault();
  form.requestSubmit();
});

// A text box as high as what is written in it.
export const grow = (text) => { text.style.height = 'auto'; text.style.height = `${text.scrollHeight}px`; };
