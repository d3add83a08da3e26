/** Numbers, times and durations as they are read here: grouped digits, Beijing time. */

import { t } from "./words.js";

const INTEGER = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const STAMP = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "Asia/Shanghai", year: "numeric", month: "2-digit", day: "2-digit",
  hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23",
});

/** What stands where there is no figure. */
export const NONE = "—";

/** 182000 → "182,000"; anything that is not a number → "—". */
export function count(value) {
  return Number.isFinite(value) ? INTEGER.format(value).replace("-", "−") : NONE;
}

/** A change with its sign, "±0" when nothing changed. */
export function change(value) {
  if (!value) return "±0";
  return value > 0 ? `+${count(value)}` : count(value);
}

/** A rate's value as the server rounded it, or "—" when its denominator is 0 or unknown. */
export function rateValue(rate) {
  const known = rate && rate.denominator > 0 && rate.value !== null && rate.value !== undefined;
  return known ? String(rate.value) : NONE;
}

/** ISO time or epoch milliseconds → "2026-11-21 22:30:00" in Beijing. */
export function stamp(time) {
  const at = new Date(time);
  return time && !Number.isNaN(at.getTime()) ? STAMP.format(at) : NONE;
}

/** As `stamp`, without the date when it is the same day as `now`. */
export function clock(time, now = Date.now()) {
  const whole = stamp(time);
  return whole.slice(0, 10) === stamp(now).slice(0, 10) ? whole.slice(11) : whole;
}

/** Seconds → the largest sensible unit, three digits at most. */
export function duration(seconds) {
  if (!Number.isFinite(seconds)) return NONE;
  const steps = [["days", 86400], ["hours", 3600], ["minutes", 60], ["seconds", 1]];
  const [unit, size] = steps.find(([, length]) => seconds >= length) || steps[3];
  const amount = seconds / size;
  const digits = amount >= 100 ? 0 : 1;
  return t(unit, { n: Number(amount.toFixed(digits)).toLocaleString("en-US") });
}
