/** The table of areas (or categories, channels): live counts, two shares, sortable, walkable by keyboard. */

import { el, setAttr, setText } from "./dom.js";
import { NONE, count, rateValue } from "./format.js";
import { t } from "./words.js";

const COUNTS = ["received", "resolved", "open", "escalated", "reopened"]; // closed is the closure rate's numerator
const RATES = [["in_village", "resolved_in_village@1"], ["closure", "closure_rate@1"]];
const RESORT_MS = 3000;

/** One sortable table; rows are {key, name, code, href, counts, rates, own}. */
export class Table {
  constructor(table, empty) {
    Object.assign(this, { table, empty, nodes: new Map(), sort: { by: "received", down: true }, sortedAt: 0 });
    this.body = table.querySelector("tbody");
    this.head = table.querySelector("thead tr");
    this.body.addEventListener("keydown", (event) => this.walk(event));
    this.body.addEventListener("click", (event) => this.open(event));
    this.body.addEventListener("pointerenter", () => { this.hovered = true; });
    this.body.addEventListener("pointerleave", () => { this.hovered = false; });
  }

  /** Writes the head in the language in force; `by` names the first column. */
  title(by) {
    const columns = [["name", t(`name_${by}`)], ...COUNTS.map((key) => [key, t(key === "open" ? "open_short" : key)]), ...RATES.map(([key]) => [key, t(key)])];
    const focused = this.head.contains(document.activeElement) ? document.activeElement.dataset.sort : null;
    this.head.replaceChildren(...columns.map(([key, word]) => {
      const button = el("button", { type: "button", "data-sort": key }, word);
      button.addEventListener("click", () => this.order(key));
      return el("th", { scope: "col", class: key }, button, ...this.what(key, word));
    }));
    this.showOrder();
    if (focused) this.head.querySelector(`[data-sort="${focused}"]`).focus();
  }

  /** The button that says what a column counts; names need none. */
  what(key, word) {
    const rate = RATES.find(([one]) => one === key);
    if (key === "name") return [];
    const name = t("what_is", { name: word });
    return [el("button", { type: "button", class: "what", "data-define": rate ? rate[1] : key, "aria-haspopup": "dialog", "aria-label": name, title: name }, "?")];
  }

  order(by) {
    const down = this.sort.by === by ? !this.sort.down : by !== "name";
    this.sort = { by, down };
    this.showOrder();
    this.arrange();
  }

  showOrder() {
    for (const th of this.head.children) {
      const mine = th.className === this.sort.by;
      setAttr(th, "aria-sort", mine ? (this.sort.down ? "descending" : "ascending") : null);
    }
  }

  /** Shows these rows; an unchanged cell is not touched. */
  show(rows, waiting) {
    const keys = new Set(rows.map((row) => row.key));
    for (const [key, { tr }] of this.nodes) {
      if (keys.has(key)) continue;
      tr.remove();
      this.nodes.delete(key);
    }
    let grown = false;
    for (const row of rows) {
      if (!this.nodes.has(row.key)) {
        this.nodes.set(row.key, this.build(row));
        grown = true;
      }
      this.write(this.nodes.get(row.key), row);
    }
    this.empty.hidden = rows.length > 0;
    setText(this.empty, t(waiting ? "loading" : "empty"));
    const held = this.hovered || this.body.contains(document.activeElement);
    if (grown || (!held && performance.now() - this.sortedAt > RESORT_MS)) this.arrange();
  }

  build(row) {
    const name = el(row.href ? "a" : "span", row.href ? { href: row.href } : {}, el("span"), el("small"));
    const cells = [...COUNTS, ...RATES.map(([key]) => key)].map((key) => el("td", { class: key }));
    for (const cell of cells.slice(COUNTS.length)) cell.append(el("small"), el("b"));
    const tr = el("tr", { "data-key": row.key }, el("th", { scope: "row" }, name), ...cells);
    if (row.own) tr.className = "own";
    this.body.append(tr);
    return { tr, name, cells };
  }

  write(node, row) {
    node.row = row;
    setText(node.name.firstChild, row.name);
    setText(node.name.lastChild, row.code ? ` ${row.code}` : "");
    COUNTS.forEach((measure, index) => {
      const value = row.counts ? row.counts[measure] || 0 : NaN;
      setText(node.cells[index], count(value));
      setAttr(node.cells[index], "data-value", row.counts ? value : null);
      setAttr(node.cells[index], "data-zero", value === 0 ? "" : null);
    });
    RATES.forEach(([, id], index) => this.writeRate(node.cells[COUNTS.length + index], row.rates.get(id)));
  }

  writeRate(cell, rate) {
    const value = rateValue(rate);
    setText(cell.lastChild, value === NONE ? NONE : `${value}%`);
    setText(cell.firstChild, value === NONE ? "" : `${count(rate.numerator)}/${count(rate.denominator)}`);
    setAttr(cell, "data-zero", value === NONE ? "" : null);
  }

  arrange() {
    this.sortedAt = performance.now();
    const rows = [...this.nodes.values()];
    rows.sort((a, b) => Number(Boolean(a.row.own)) - Number(Boolean(b.row.own))
      || compare(this.weigh(a.row), this.weigh(b.row), this.sort.down)
      || compare(a.row.key, b.row.key, false));
    rows.forEach(({ tr }, index) => {
      if (this.body.children[index] !== tr) this.body.insertBefore(tr, this.body.children[index] || null);
    });
  }

  weigh(row) {
    const { by } = this.sort;
    if (by === "name") return row.key;
    const rate = RATES.find(([key]) => key === by);
    if (!rate) return row.counts ? row.counts[by] || 0 : null;
    const found = row.rates.get(rate[1]);
    return found && found.denominator > 0 ? found.numerator / found.denominator : null;
  }

  walk(event) {
    const links = [...this.body.querySelectorAll("a")];
    const at = links.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 }[event.key];
    if (at < 0 || next === undefined || !links[next]) return;
    event.preventDefault();
    links[next].focus();
  }

  open(event) {
    const link = event.target.closest("tr").querySelector("a");
    const selecting = String(window.getSelection() || "") !== "";
    if (link && !event.target.closest("a") && !selecting) location.hash = link.getAttribute("href");
  }

  /** Puts the focus on the link of this row, if it is there. */
  focusRow(key) {
    const node = this.nodes.get(key);
    const link = node && node.tr.querySelector("a");
    if (link) link.focus();
    return Boolean(link);
  }
}

/** Orders two values; what is unknown comes last either way. */
function compare(a, b, down) {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  const order = a < b ? -1 : Number(a > b);
  return down ? -order : order;
}
