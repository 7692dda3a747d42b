/**
 * Sequences that set a terminal back to what programs expect to find (docs/protocol/rules.md, C-6, T-17). None of them moves what
 * belongs to the user: the scrollback, the saved cursor, the stacks of titles and of keyboard flags, the palette.
 */
const ESC = "\u001b"
const CSI = `${ESC}[`

/**
 * Undoes what programs set: character sets, synchronised output, mouse, focus and paste reports, keypad and cursor keys,
 * keyboard flags and modifyOtherKeys, left and right margins, insert and wrap modes, links, cursor and attributes.
 */
export const RESTORE_MODES = [
  `${ESC}\\`,
  `${CSI}?2026l`,
  `${CSI}?9l${CSI}?1000l${CSI}?1001l${CSI}?1002l${CSI}?1003l${CSI}?1004l${CSI}?1005l${CSI}?1006l${CSI}?1015l${CSI}?1016l`,
  `${CSI}?2004l`,
  `${CSI}?1l${ESC}>`,
  `${CSI}=0;1u${CSI}>4;0m`,
  `${CSI}?69l${CSI}4l${CSI}20l${CSI}?5l${CSI}?7h${CSI}?45l`,
  `${ESC}(B${ESC})B\u000f`,
  `${ESC}]8;;${ESC}\\`,
  `${CSI}0m${CSI}0"q${CSI}0 q${CSI}?12l${CSI}?25h`,
].join("")

/**
 * An empty screen with ordinary modes, the cursor in its first cell. It is erased from there to its end: to erase all of it
 * at once makes some terminals move it into the scrollback.
 */
export const CLEAR = `${RESTORE_MODES}${CSI}?6l${CSI}r${CSI}H${CSI}J`

/** What a soft reset (DECSTR) sets back in the emulator beyond what terminals agree on. */
export const SOFT_RESET = `${CSI}!p${CSI}?1l${ESC}>${CSI}?7h${CSI}?45l${CSI}?1004l${CSI}?2004l${CSI}?2026l${CSI}4l${CSI} q`
