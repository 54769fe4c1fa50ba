// What the server says about the bot: filled before anything is shown.

import { read, write } from "./memory.js";

const LANGUAGES = ["ko", "en"];
export const about = { let_in: false, examples: [], reasons: [], question_characters: 1000, language: "", languages: [] };
export const t = {}; // every word of the page

export function learn(told) {
  if (!told?.texts?.name) throw new TypeError("these are not the words of the page");
  Object.assign(about, told);
  Object.assign(t, told.texts);
  document.documentElement.lang = about.language;
}

// The language that was chosen here; else the browser's, where it is one that the page has.
export function language() {
  const wanted = read("faqbot.language") ?? "";
  return wanted || (LANGUAGES.find((one) => navigator.language.startsWith(one)) ?? "");
}

// The language of a text of the FAQ, in which a screen reader speaks it: Korean is known by its letters, of
// which a name or two make no English answer Korean.
const count = (text, letters) => text.match(letters)?.length ?? 0;
const isKorean = (text) => 3 * count(text, /[가-힣]/g) > count(text, /[A-Za-z]/g);
export const languageOf = (text) => (isKorean(text) ? "ko" : about.languages.find((one) => one !== "ko") ?? "");

export function switchLanguage() {
  write("faqbot.language", about.language === "ko" ? "en" : "ko");
}

export function shownTime(iso) {
  const moment = new Date(iso);
  const isToday = moment.toDateString() === new Date().toDateString();
  const day = isToday ? {} : { month: "short", day: "numeric" };
  return new Intl.DateTimeFormat(about.language, { ...day, hour: "numeric", minute: "2-digit" }).format(moment);
}

// A time with its day and year, for what is kept.
export const datedTime = (iso) => new Intl.DateTimeFormat(about.language, { dateStyle: "long", timeStyle: "short" }).format(new Date(iso));

// How long that is, in the largest unit that says enough.
export function shownSpan(seconds) {
  const [unit, length] = seconds > 7_200 ? ["hour", 3_600] : seconds > 120 ? ["minute", 60] : ["second", 1];
  return new Intl.NumberFormat(about.language, { style: "unit", unit, unitDisplay: "long" }).format(Math.ceil(seconds / length));
}
