/** The area registry (county, towns, villages) and which of them the address bar asks for. */

import { language, t } from "./words.js";

const VIEWS = ["child", "category", "channel"];

/** The registry as a tree, from the rows of `GET /v1/areas`. */
export class Areas {
  constructor(rows) {
    this.byCode = new Map(rows.map((row) => [row.code, row]));
    this.childrenOf = new Map();
    for (const row of rows) {
      if (!row.parent) continue;
      if (!this.childrenOf.has(row.parent)) this.childrenOf.set(row.parent, []);
      this.childrenOf.get(row.parent).push(row);
    }
    this.root = rows.find((row) => !row.parent && row.tier === "county") || rows.find((row) => !row.parent);
    if (!this.root) throw new Error("the registry has no area without a parent");
  }

  get(code) {
    return this.byCode.get(code);
  }

  children(code) {
    return this.childrenOf.get(code) || [];
  }

  /** The areas from the root down to this one. */
  path(code) {
    const way = [];
    for (let area = this.get(code); area; area = this.get(area.parent)) way.unshift(area);
    return way;
  }
}

/** An area's name; in English its code stands beside it. */
export function nameOf(area) {
  return language() === "en" ? `${area.name} ${area.code}` : area.name;
}

/** The two parts of an area's name: what is read, and in English its code to tell it by. */
export const namePartsOf = (area) => [area.name, language() === "en" ? area.code : ""];

/** The heading over the table for this area and grouping. */
export function tableTitle(areas, area, by) {
  const name = nameOf(area);
  if (by === "category") return t("categories_of", { name });
  if (by === "channel") return t("channels_of", { name });
  const below = areas.children(area.code)[0];
  return t(below && below.tier === "village" ? "villages_of" : "towns_of", { name });
}

/** What the address asks for: an existing area, and a grouping that makes sense for it. */
export function readRoute(areas, hash = location.hash) {
  const [code, view] = hash.replace(/^#/, "").split("/");
  const area = areas.get(code) || areas.root;
  const leaf = areas.children(area.code).length === 0;
  const asked = VIEWS.includes(view) ? view : "child";
  return { area, leaf, by: leaf && asked === "child" ? "category" : asked };
}

/** The address of an area and grouping; the plain code is its children. */
export function routeTo(code, by = "child") {
  return by === "child" ? `#${code}` : `#${code}/${by}`;
}
