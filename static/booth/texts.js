/** The election's own texts, which are one string in three languages: `kk / ru / en`. */

const LANGUAGES = ["kk", "ru", "en"];
const SEPARATOR = " / ";

/**
 * @param {string} text of an election: name, description, question or answer
 * @param {string} language "kk", "ru" or "en"
 * @returns {{text: string, language: string|null}} the part in that language; a text that is not of exactly three parts
 * is given whole, in no language. Nothing is shown but what was hashed.
 */
export function inLanguage(text, language) {
  const parts = text.split(SEPARATOR);
  const at = LANGUAGES.indexOf(language);
  if (parts.length !== LANGUAGES.length || at < 0 || parts.some((part) => part === "")) return { text, language: null };
  return { text: parts[at], language };
}

/** @param {string} code a tracker or another hash @returns {string[]} in groups of four, to be read aloud or compared */
export function groupsOfFour(code) {
  return code.match(/.{1,4}/gu) ?? [];
}
