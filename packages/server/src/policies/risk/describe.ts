/** Policies in a few words each. */
import type { Choice } from '../choices.ts'

export function choiceText(choice: Choice): string {
  switch (choice.name) {
    case 'rate-limits':
      return `${choice.name}: ${choice.creates} sign-ins a minute from one network`
    case 'prompt-fatigue':
      return `${choice.name}: a pause after three questions without a yes`
    case 'guess-budget':
      return `${choice.name}: one hit in ${Math.round(1 / choice.chance)} hours at most`
    case 'network':
      return `${choice.name}: ${choice.allow.join(', ')}`
    case 'new-browser':
    case 'same-network':
    case 'high-usage':
    case 'always':
      return `${choice.name}: ${demandText(choice.require)}`
  }
}

function demandText({
  checkCode,
  userVerification,
  shortSession,
}: Extract<Choice, { name: 'always' }>['require']): string {
  const parts = [
    checkCode !== undefined && `check code of ${checkCode} digits`,
    userVerification && 'user verification',
    shortSession && 'shorter session',
  ]
  return parts.filter(part => part !== false && part !== undefined).join(', ')
}
