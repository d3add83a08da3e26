/** The rows of the table: live counts from the stream, shares from the last answer. */

import { namePartsOf, routeTo } from "./areas.js";
import { labelOf, t } from "./words.js";

const ratesOf = (group) => new Map(((group && group.rates) || []).map((rate) => [rate.id, rate]));

/** What the table shows of the page's state: a row for each area below, category or channel. */
export function tableRows(state) {
  const { by, figures: answer, area } = state;
  const groups = (answer && answer.groups) || [];
  if (by !== "child") {
    return groups.map((group) => ({
      key: group.key, name: labelOf(group, group.key), counts: group.counts, rates: ratesOf(group),
    }));
  }
  const found = new Map(groups.map((group) => [group.key, group]));
  const rows = state.areas.children(area.code).map(({ code }) => areaRow(state, code, found.get(code)));
  const own = state.totals.ownCounts(area.code);
  if (Object.values(own).some((value) => value)) {
    const name = t("own", { name: area.name });
    rows.push({ key: area.code, name, counts: own, rates: ratesOf(found.get(area.code)), own: true });
  }
  return rows;
}

function areaRow(state, code, group) {
  const counts = state.hadData ? state.totals.counts(code) : null;
  const [name, digits] = namePartsOf(state.areas.get(code));
  return { key: code, name, code: digits, href: routeTo(code), counts, rates: ratesOf(group) };
}
