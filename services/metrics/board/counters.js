/** The strip of live counters: the chain from report to closing, what is open, and what climbed or came back. */

import { byId, el, setAttr, setText } from "./dom.js";
import { change, count } from "./format.js";
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
      const value = el("dd", { class: "value" });
      const delta = el("dd", { class: "delta" });
      const edge = measure === group[0] ? " edge" : "";
      const tile = el("div", { class: `tile ${measure}${edge}`, "data-measure": measure },
        el("dt", { "data-t": measure }, t(measure)), value, delta);
      tiles.set(measure, { tile, value, delta });
      byId("counters").append(tile);
    }
  }
}

/** Shows the counts of an area and their change over the last minute; null before the first snapshot. */
export function showCounters(counts, minute) {
  if (!tiles.size) build();
  for (const [measure, { tile, value, delta }] of tiles) {
    const number = counts ? counts[measure] || 0 : NaN;
    setText(value, count(number));
    setAttr(tile, "data-value", counts ? number : null);
    setAttr(tile, "data-long", value.textContent.length > 7 ? "" : null);
    setText(delta, counts ? t("per_minute", { change: change(minute[measure]) }) : "");
    setAttr(delta, "data-still", minute && minute[measure] ? null : "");
  }
}
