/** What looks like gaming in an area's month: each flag with what was seen, the limits it reached, and its evidence. */

import { byId, el, setText } from "./dom.js";
import { count, stamp } from "./format.js";
import { labelOf, t } from "./words.js";

/** Flags by the area they are of. */
export function flagsByArea(flags) {
  const found = new Map();
  for (const one of flags) found.set(one.area, [...(found.get(one.area) || []), one]);
  return found;
}

const word = (key) => (t(`e_${key}`) === `e_${key}` ? key : t(`e_${key}`));
const said = (pairs) => Object.entries(pairs).map(([key, value]) => `${word(key)} ${value}`).join(t("stale_join"));

/** The dialog behind a flag: a look is asked for, nothing is judged, and nobody is named. */
export class FlagDialog {
  constructor(node) {
    Object.assign(this, { node, area: null });
    node.addEventListener("click", (event) => { if (event.target === node) node.close(); });
    node.querySelector("button").addEventListener("click", () => node.close());
    node.addEventListener("close", () => this.closed());
  }

  open(button, flags, answer) {
    this.area = button.dataset.flags;
    setText(byId("flags-name"), t("flags_title", { name: labelOf({ zh: flags[0].area_zh, en: flags[0].area_en }, this.area), month: answer.period.key }));
    byId("flags-list").replaceChildren(...flags.map(item));
    this.node.showModal();
  }

  closed() {
    const back = document.querySelector(`[data-flags="${CSS.escape(this.area)}"]`);
    if (back) back.focus();
  }
}

function item(flag) {
  const about = word(flag.about);
  const seen = Object.fromEntries(Object.entries(flag.seen).map(([key, value]) => [key, count(value)]));
  const parts = [
    el("h3", {}, `${labelOf(flag, flag.kind)} · ${about}`),
    el("p", {}, t("flag_seen", { what: said(seen) })),
    el("p", { class: "note" }, t("flag_expected", { what: said(flag.expected) })),
  ];
  if (flag.incidents.length) parts.push(el("details", {}, el("summary", {}, t("flag_evidence", { n: flag.incidents.length })), el("ol", {}, ...flag.incidents.map(evidence))));
  return el("li", { "data-kind": flag.kind }, ...parts);
}

function evidence({ incident_id: id, since, until }) {
  return el("li", {}, el("code", {}, id), el("span", { class: "note" }, ` ${stamp(since)} → ${stamp(until)}`));
}
