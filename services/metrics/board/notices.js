/** Says plainly what is wrong: the stream stopped, a tier stale, figures unreadable. */

import { byId, setAttr, setText } from "./dom.js";
import { clock, stamp } from "./format.js";
import { t } from "./words.js";

const TIERS = ["village", "town", "county"];

function banner(id, text) {
  const node = byId(id);
  setText(node, text || "");
  if (node.hidden === Boolean(text)) node.hidden = !text;
}

/** The state of the stream: banner, the word beside the title, and the page's `data-link`. */
export function showLink(state, since, hadData) {
  setAttr(document.documentElement, "data-link", state);
  setAttr(byId("link"), "data-state", state);
  setText(byId("link-word"), t(state));
  const words = hadData ? "banner_down" : "banner_first";
  banner("banner-stream", state === "down" ? t(words, { time: clock(since) }) : null);
}

/** How far the data go, as of the last event. */
export function showAsOf(asOf) {
  setText(byId("as-of"), stamp(asOf));
  setAttr(byId("as-of"), "datetime", asOf || null);
}

/** The tiers whose data stand still, while the others go on. */
export function showStale(tiers, now) {
  const stale = TIERS.filter((tier) => tiers[tier] && tiers[tier].stale);
  const items = stale.map((tier) => {
    const time = tiers[tier].as_of ? clock(tiers[tier].as_of, now) : t("never");
    return t("stale_item", { tier: t(tier), time });
  });
  const words = stale.length === TIERS.length ? "banner_stale_all" : "banner_stale";
  banner("banner-stale", stale.length ? t(words, { tiers: items.join(t("stale_join")) }) : null);
}

/** Rates that cannot be read, since when; null when all is well. */
export function showFiguresTrouble(since) {
  banner("banner-figures", since ? t("banner_figures", { time: clock(since) }) : null);
}

/** The registry cannot be read: there is nothing to show yet. */
export function showRegistryTrouble(yes) {
  banner("banner-figures", yes ? t("banner_registry") : null);
}

/** Tells a screen reader once, without a visible sign. */
export function announce(text) {
  setText(byId("announce"), text);
}
