/** What is pasted into a terminal: never a key that no one pressed, and never a command that no one has seen. */

/** A paste that is to be asked about. */
export interface DoubtfulPaste {
  readonly text: string
  readonly lines: number
}

/** Longest paste that is made without a question, in characters. */
const LONG = 100_000

/** Text without what a terminal takes for keys: control characters other than tabs and ends of lines, the end of a bracketed paste too. */
export function harmlessPaste(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replace(/\r\n?/g, "\n").replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "")
}

/** Whether to ask before this is pasted: the program runs each line as it comes, or it is very long. */
export function doubtOf(text: string, isBracketed: boolean): DoubtfulPaste | undefined {
  const lines = text.split("\n").length
  const isRun = !isBracketed && text.includes("\n")
  return isRun || text.length > LONG ? { text, lines: text.endsWith("\n") ? lines - 1 : lines } : undefined
}

/** The text as one line, which nothing runs. */
export function oneLine(text: string): string {
  return text.trim().replace(/\s*\n\s*/g, " ")
}
