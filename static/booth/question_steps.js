/** Which step asks which kind of question. */

import { ChoiceStep } from "./choice_step.js";
import { GradingStep } from "./grading_step.js";
import { ListsQuestion } from "./lists.js";
import { ListsStep } from "./lists_step.js";
import { PreferenceQuestion } from "./preference.js";
import { RankingStep } from "./ranking_step.js";

/**
 * @param {import("./question.js").Question|PreferenceQuestion|ListsQuestion} question @param {any[]} others of
 * QuestionStep's constructor @returns {import("./question_step.js").QuestionStep}
 */
export function questionStep(question, ...others) {
  if (question instanceof ListsQuestion) return new ListsStep(question, ...others);
  if (!(question instanceof PreferenceQuestion)) return new ChoiceStep(question, ...others);
  return question.grades === null ? new RankingStep(question, ...others) : new GradingStep(question, ...others);
}
