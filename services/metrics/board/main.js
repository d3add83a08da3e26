/** The board: one county, live from the stream, with rates and trends from the figures. */

import { Areas, nameOf, readRoute, routeTo, tableTitle } from "./areas.js";
import { showCounters } from "./counters.js";
import { Definitions } from "./definitions.js";
import { DefinitionDialog } from "./dialog.js";
import { byId, el, press, remember, setAttr, setText } from "./dom.js";
import { Figures, readJson } from "./figures.js";
import { showFlow } from "./flow.js";
import { announce, showAsOf, showFiguresTrouble, showLink, showRegistryTrouble, showStale } from "./notices.js";
import { showRates } from "./rates.js";
import { Rankings } from "./rankings.js";
import { tableRows } from "./rows.js";
import { Stream } from "./stream.js";
import { Table } from "./table.js";
import { showTogether, showTogetherRates } from "./together.js";
import { Totals } from "./totals.js";
import { Trend } from "./trend.js";
import { UnusualDays } from "./unusual.js";
import { applyWords, language, speak, t } from "./words.js";

const PAINT_MS = 250;
const root = document.documentElement;
const state = {
  areas: null, area: null, by: "child", leaf: false, totals: new Totals(), tiers: {}, asOf: null,
  hadData: false, figures: null, troubleSince: null,
};

const figures = new Figures(
  (answer) => { state.figures = answer; paintFigures(); },
  (since) => { state.troubleSince = since; showFiguresTrouble(since); },
);
const stream = new Stream("v1/metrics/stream", hear, (link) => {
  if (link === "live" && root.dataset.link === "down") announce(t("recovered"));
  showLink(link, stream.since(), state.hadData);
  if (link === "live") figures.touch();
});
const table = new Table(byId("area-table"), byId("table-empty"));
const rankings = new Rankings();
const unusual = new UnusualDays();
const trend = new Trend(() => { look(); paintChart(); });

function hear(kind, data, charted) {
  state.asOf = data.as_of || state.asOf;
  state.tiers = data.tiers || state.tiers;
  if (kind === "snapshot") state.totals.snapshot(data);
  else if (kind === "change") state.totals.change(data, charted);
  else state.totals.observe(Date.parse(data.as_of));
  if (kind !== "tick") {
    state.hadData = true;
    figures.touch();
  }
  paintSoon();
}

const dialog = new DefinitionDialog(byId("definition"), new Definitions(), () => ({
  area: nameOf(state.area), answer: state.figures && state.figures.main, asOf: state.asOf,
}));

let painting = null;

/** Paints the live parts at most four times a second, and not at all in a hidden tab. */
function paintSoon() {
  if (painting || document.hidden || !state.area) return;
  painting = setTimeout(() => { painting = null; requestAnimationFrame(paintLive); }, PAINT_MS);
}

function paintLive() {
  const { totals, area, tiers, asOf, hadData } = state;
  showAsOf(asOf);
  showStale(tiers, asOf);
  showCounters(hadData ? totals.counts(area.code) : null, totals.lastMinute(area.code));
  showTogether(hadData ? totals.counts(area.code) : null);
  showFlow((tier) => (hadData ? totals.counts(area.code, tier) : null), tiers, asOf);
  table.show(tableRows(state), !hadData);
  if (trend.span() === "live") paintChart();
  dialog.paint();
  if (hadData) root.dataset.ready = "true";
}

function paintFigures() {
  showRates(state.figures && state.figures.main);
  showTogetherRates(state.figures && state.figures.main);
  table.show(tableRows(state), !state.figures);
  rankings.offer(state.figures && state.figures.main.rates);
  paintChart();
  dialog.paint();
}

function paintChart() {
  if (state.area) trend.paint(state.figures, state.totals, state.area.code);
}

function look() {
  figures.look({ area: state.area.code, by: state.by, ...trend.scope() });
}

/** Goes where the address says; `moved` when a person went there, not the first load. */
function follow(moved) {
  const from = state.area;
  const hadFocus = byId("areas").contains(document.activeElement) || byId("crumbs").contains(document.activeElement);
  Object.assign(state, readRoute(state.areas));
  state.figures = null;
  setAttr(byId("board"), "data-area", state.area.code);
  setAttr(byId("board"), "data-by", state.by);
  look();
  rankings.look(state.area, state.leaf);
  unusual.look(state.area);
  table.show([], true);
  paintWords();
  if (!moved || from === state.area) return;
  announce(t("moved_to", { name: nameOf(state.area) }));
  if (hadFocus && !table.focusRow(from.code)) byId("h-areas").focus({ preventScroll: true });
}

function paintCrumbs() {
  const path = state.areas.path(state.area.code);
  byId("crumbs").firstElementChild.replaceChildren(...path.map((area, index) => {
    const here = index === path.length - 1;
    const attributes = here ? { "aria-current": "page" } : { href: routeTo(area.code) };
    return el("li", {}, el(here ? "span" : "a", attributes, nameOf(area)));
  }));
}

function paintWords() {
  applyWords();
  press("button[data-lang]", (button) => button.dataset.lang === language());
  setText(byId("theme"), t(`appearance_${root.dataset.appearance}`));
  showLink(root.dataset.link, stream.since(), state.hadData);
  showFiguresTrouble(state.troubleSince);
  if (!state.area) return;
  const title = t("title", { name: nameOf(state.areas.root) });
  setText(byId("title"), title);
  document.title = state.area === state.areas.root ? title : `${nameOf(state.area)} · ${title}`;
  setText(byId("h-areas"), tableTitle(state.areas, state.area, state.by));
  press("button[data-by]", (button) => button.dataset.by === state.by);
  document.querySelector('button[data-by="child"]').hidden = state.leaf;
  table.title(state.by);
  paintCrumbs();
  rankings.paint();
  unusual.paint();
  paintLive();
  paintFigures();
}

function listen() {
  window.addEventListener("hashchange", () => follow(true));
  document.addEventListener("visibilitychange", paintSoon);
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { lang, span: chosen, by, define } = button.dataset;
    if (define && state.area) dialog.open(button);
    if (lang) { speak(lang); remember("fengqiao.lang", lang); paintWords(); }
    if (chosen) trend.look(chosen);
    if (by) location.hash = routeTo(state.area.code, by);
    if (button.id === "theme") cycleAppearance();
  });
  byId("skip").addEventListener("click", (event) => { event.preventDefault(); byId("areas").focus(); });
}

function cycleAppearance() {
  root.dataset.appearance = { auto: "light", light: "dark", dark: "auto" }[root.dataset.appearance] || "auto";
  remember("fengqiao.theme", root.dataset.appearance);
  root.dispatchEvent(new Event("appearance"));
  paintWords();
}

async function loadAreas() {
  for (let wait = 1000; ; wait = Math.min(15000, wait * 2)) {
    try {
      const areas = new Areas((await readJson("v1/areas")).areas);
      showRegistryTrouble(false);
      return areas;
    } catch (problem) {
      console.warn("the registry could not be read", problem);
      showRegistryTrouble(true);
      await new Promise((resolve) => { setTimeout(resolve, wait); });
    }
  }
}

async function start() {
  listen();
  paintWords();
  stream.start();
  state.areas = await loadAreas();
  follow(false);
}

start();
