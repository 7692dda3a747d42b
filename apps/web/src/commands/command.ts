/** What a person can do, as the palette, menus, tooltips and the map of keys read it. */

/**
 * Where the keys of a command count. `outside text`: wherever no text is typed; `list`: with the focus in the list of sessions;
 * `pane`: outside text, with the focus in a pane or nowhere; `terminal`: in a terminal; `request`: on a request, and outside text
 * in a pane that shows one; `composer`: in the field of a message.
 */
export type When = "anywhere" | "outside text" | "list" | "pane" | "terminal" | "request" | "composer"

/** A command. With a `session` its keys count for that session alone: the one whose pane has the focus. */
export interface Command {
  /** The same for the same thing, such as `pane.close`; of two with one id and session the one that was registered last counts. */
  readonly id: string
  /** A verb and what it is done to, in sentence case. */
  readonly title: string
  /** In the words of tinykeys, such as `$mod+k`, `Alt+Shift+ArrowLeft`, `g 1`, `Escape Escape`; the first is shown. */
  readonly keys?: ReadonlyArray<string>
  /** `outside text` unless it says otherwise. */
  readonly when?: When
  readonly run: () => void
  /** Other words by which the palette finds it. */
  readonly words?: string
  /** Only moves the focus: it has keys for that, and the palette offers it once it is typed for. */
  readonly isMotion?: boolean
  readonly session?: string
  /** The view of a request that its keys are for, as `data-target` names it: they count nowhere else. */
  readonly target?: string
}
