/**
 * The sequences that stand for the empty terminal in which an ended process was started again (docs/protocol/rules.md, T-32), for
 * readers that draw a log from its beginning: modes, margins and attributes as at first, nothing on the screen.
 */
export const EMPTY_SCREEN = "\u001b[?1049l\u001b[!p\u001b[r\u001b[0m\u001b[H\u001b[2J"
