/** A number that is a button: one click, or Enter, and it says what it is, out of what, and as of when. */

import { el } from "./dom.js";

let made = 0;

/** The button of a figure (`id@version`, or a plain measure), named by its label and its own text. */
export function number(figure, label, tier = null) {
  made += 1;
  label.id = label.id || `l${made}`;
  const id = `n${made}`;
  return el("button", {
    type: "button", class: "num", id, "data-define": figure, "data-tier": tier,
    "aria-haspopup": "dialog", "aria-labelledby": `${label.id} ${id}`,
  });
}
