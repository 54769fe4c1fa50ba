// Where the conversation is scrolled to.

import { $ } from "./dom.js";

const scroller = $("scroll");
export function isAtEnd() {
  return scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
}
export function toEnd() {
  scroller.scrollTop = scroller.scrollHeight;
  $("to-end").hidden = true;
}

// The end of an answer, but never beyond its question: a long one is read from its beginning.
function placeFor(turn) {
  const end = scroller.scrollHeight - scroller.clientHeight;
  return Math.max(0, Math.min(end, turn.element.offsetTop - 20));
}
export function keepUp(turn) {
  scroller.scrollTop = placeFor(turn);
  noteScroll();
}
export function noteScroll() {
  $("to-end").hidden = isAtEnd();
}
export function isKeepingUp(turn) {
  return Math.abs(scroller.scrollTop - placeFor(turn)) < 80;
}

scroller.onscroll = noteScroll;
// A banner or a taller field takes room from the conversation: its end stays in sight.
new ResizeObserver(() => { if ($("welcome").hidden && $("to-end").hidden) toEnd(); }).observe(scroller);
