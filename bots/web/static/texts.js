// What the server says about the bot: filled before anything is shown.

export const about = { let_in: false, examples: [], reasons: [], question_characters: 1000 };
export const t = {}; // every word of the page

export function learn(told) {
  Object.assign(about, told);
  Object.assign(t, told.texts);
}
