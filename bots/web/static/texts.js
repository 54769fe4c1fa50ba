// What the server says about the bot: filled before anything is shown.

import { read, write } from "./memory.js";

export const about = { let_in: false, examples: [], reasons: [], question_characters: 1000, language: "" };
export const t = {}; // every word of the page

export function learn(told) {
  Object.assign(about, told);
  Object.assign(t, told.texts);
  document.documentElement.lang = about.language;
}

// The language that was chosen here; else the browser's, where it is one that the page has.
export function language() {
  const wanted = read("faqbot.language") ?? "";
  return wanted || (navigator.language.startsWith("ko") ? "ko" : "");
}

export function switchLanguage() {
  write("faqbot.language", about.language === "ko" ? "en" : "ko");
}

export function shownTime(iso) {
  const moment = new Date(iso);
  const isToday = moment.toDateString() === new Date().toDateString();
  const day = isToday ? {} : { month: "short", day: "numeric" };
  return new Intl.DateTimeFormat(about.language, { ...day, hour: "numeric", minute: "2-digit" }).format(moment);
}
