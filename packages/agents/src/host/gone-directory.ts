/** What is said where an agent's directory was removed or moved under it, and what to do (docs/protocol/rules.md, A-63). */
export function goneText(cwd: string): string {
  return `the session's directory ${cwd} is gone; choose another with: holdfast cd SESSION DIRECTORY`
}
