/** The language in force, and every word of the page in it: Chinese first, English beside it. */

import { FIGURES } from "./words_figures.js";
import { PAGE } from "./words_page.js";

const WORDS = { ...PAGE, ...FIGURES };

let current = document.documentElement.lang === "en" ? "en" : "zh";

/** The language in force: "zh" or "en". */
export const language = () => current;

/** Puts a language in force and says so in the page's `lang`. */
export function speak(chosen) {
  current = chosen === "en" ? "en" : "zh";
  document.documentElement.lang = current === "en" ? "en" : "zh-CN";
}

/** The word for a key in the language in force, with {slots} filled. */
export function t(key, slots = {}) {
  const pair = WORDS[key];
  if (!pair) return key;
  const text = pair[current === "en" ? 1 : 0];
  return text.replace(/\{(\w+)\}/g, (whole, slot) => (slot in slots ? slots[slot] : whole));
}

/** A label the API sent in both languages, in the one in force; the fallback when it sent none. */
export function labelOf(item, fallback) {
  return (item && (current === "en" ? item.en : item.zh)) || fallback;
}

/** Rewrites every element that names its word in `data-t` or `data-t-label`. */
export function applyWords(root = document) {
  for (const node of root.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of root.querySelectorAll("[data-t-label]")) {
    node.setAttribute("aria-label", t(node.dataset.tLabel));
  }
}
