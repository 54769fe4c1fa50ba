// Questions that this browser has asked and no list has yet: a reload goes on with them.

export const OPEN = "faqbot.open"; // by id

export function openQuestions() {
  try {
    return JSON.parse(localStorage.getItem(OPEN)) ?? {};
  } catch {
    return {};
  }
}

export function remember(id, question) {
  const open = openQuestions();
  if (question) open[id] = question;
  else delete open[id];
  try {
    localStorage.setItem(OPEN, JSON.stringify(open));
  } catch { /* a private window without storage: a reload loses the answer in work */ }
}
