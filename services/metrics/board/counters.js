/** The strip of live counters: the chain from report to closing, what is open, and what climbed or came back. */

import { byId, el, setAttr, setText } from "./dom.js";
import { change, count } from "./format.js";
import { number } from "./number.js";
import { t } from "./words.js";

const GROUPS = [
  ["received", "accepted", "resolved", "revisited", "closed"],
  ["open"],
  ["escalated", "returned", "reopened"],
];
const tiles = new Map();

function build() {
  for (const group of GROUPS) {
    for (const measure of group) {
      const label = el("dt", { "data-t": measure }, t(measure));
      const value = number(measure, label);
      const delta = el("dd", { class: "delta" });
      const edge = measure === group[0] ? " edge" : "";
      const tile = el("div", { class: `tile ${measure}${edge}`, "data-measure": measure },
        label, el("dd", { class: "value" }, value), delta);
      tiles.set(measure, { tile, value, delta });
      byId("counters").append(tile);
    }
  }
}

/** Shows the counts of an area and their change over the last minute; null before the first snapshot. */
export function showCounters(counts, minute) {
  if (!tiles.size) build();
  for (const [measure, { tile, value, delta }] of tiles) {
    const held = counts ? counts[measure] || 0 : NaN;
    setText(value, count(held));
    setAttr(tile, "data-value", counts ? held : null);
    setAttr(tile, "data-long", value.textContent.length > 7 ? "" : null);
    setText(delta, counts ? t("per_minute", { change: change(minute[measure]) }) : "");
    setAttr(delta, "data-still", minute && minute[measure] ? null : "");
  }
}
