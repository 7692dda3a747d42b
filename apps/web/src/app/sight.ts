/** What a person can see and reach: not what is covered, hidden or behind something that is open. */

const AWAY = "[inert],[hidden],[data-covered],[data-hidden]"

/** Whether an element can be seen, as far as the page says so itself. */
export function isInSight(element: Element): boolean {
  return element.closest(AWAY) === null
}
