// The page's words in the reader's language. Nothing else writes any: an element says with data-word (its text),
// data-word-label (its accessible name) or data-word-placeholder which words it wants; its other data- values are
// filled into the {braces}. data-count chooses between singular and plural.

const LANGUAGES = JSON.parse(document.getElementById('fn-words').textContent);  // {en: {key: words}, zh: {...}}
const KEPT = 'footnote-language';
const NUMBERS = new Set(['count', 'total', 'n', 'size', 'most']);  // other values are words, such as the title 1984

let language = preferred();

function preferred() {
  const wanted = [remembered(), ...navigator.languages].map((tag) => (tag || '').split('-')[0]);
  return wanted.find((tag) => tag in LANGUAGES) || 'en';
}

function remembered() {
  try { return localStorage.getItem(KEPT); } catch { return null; }  // a browser may forbid storage
}

export const say = (key, values = {}) => {
  const words = LANGUAGES[language];
  const found = values.count === undefined ? words[key] : words[`${key}.${plural(values.count)}`];
  return found && found.replace(/\{(\w+)\}/g, (braces, name) => (name in values ? shown(name, values[name]) : braces));
};

const plural = (count) => (new Intl.PluralRules(language).select(Number(count)) === 'one' ? 'one' : 'other');
const shown = (name, value) => (
  NUMBERS.has(name) && /^\d{4,}$/.test(value) ? new Intl.NumberFormat(locale()).format(value) : String(value)
);
const locale = () => LANGUAGES[language].locale;

// Fills in the words below (and of) an element. Words that have no key keep what the server wrote.
export const fill = (root) => {
  const all = (selector) => [...(root.matches?.(selector) ? [root] : []), ...root.querySelectorAll(selector)];
  for (const each of all('[data-word]')) each.textContent = say(each.dataset.word, each.dataset) ?? each.textContent;
  for (const each of all('[data-word-label]')) each.setAttribute('aria-label', say(each.dataset.wordLabel, each.dataset));
  for (const each of all('[data-word-placeholder]')) each.placeholder = say(each.dataset.wordPlaceholder, each.dataset);
  for (const each of all('time')) each.textContent = date(each.dateTime);
};

const date = (iso) => {
  const timed = iso.includes('T');
  const style = timed ? {dateStyle: 'medium', timeStyle: 'short'} : {dateStyle: 'long', timeZone: 'UTC'};
  return new Intl.DateTimeFormat(locale(), style).format(new Date(iso));
};

// HTML from the server into an element, with its words.
export const put = (element, html) => {
  element.innerHTML = html;
  fill(element);
};

// The same as nodes of their own.
export const pieces = (html) => {
  const holder = document.createElement('template');
  holder.innerHTML = html;
  fill(holder.content);
  return holder.content;
};

// Gives an element (its data- values are replaced) other words, now and when the language changes.
export const word = (element, key, values = {}) => {
  for (const name of Object.keys(element.dataset)) delete element.dataset[name];
  Object.assign(element.dataset, values, {word: key});
  fill(element);
};

// A paragraph of HTML that says the words.
export const spoken = (key, values = {}) => {
  const paragraph = document.createElement('p');
  word(paragraph, key, values);
  return paragraph.outerHTML;
};

export const speak = (root, chosen = language) => {
  language = chosen;
  document.documentElement.lang = locale();
  fill(root);
};

// The button that changes to the other language bears its name, in that language.
export const offerLanguages = (button, root) => {
  const name = () => {
    const other = next();
    button.textContent = LANGUAGES[other].language;
    button.lang = LANGUAGES[other].locale;
  };
  const next = () => {
    const names = Object.keys(LANGUAGES);
    return names[(names.indexOf(language) + 1) % names.length];
  };
  button.addEventListener('click', () => {
    speak(root, next());
    try { localStorage.setItem(KEPT, language); } catch { /* then it is asked anew next time */ }
    name();
  });
  name();
};
