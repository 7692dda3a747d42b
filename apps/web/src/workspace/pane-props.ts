/** What every pane is given. A pane is a module whose default export is a component with these properties, loaded when it is first shown. */
export interface PaneProps {
  /** Id of its tab in the layout. */
  readonly pane: string
  /** The whole id of the session. */
  readonly session: string
  /** Whether its tile has the focus of the workspace: the one that keys go to. */
  readonly isFocused: boolean
  /** Whether it can be seen; false for one behind another tab, or beside a zoomed tile. */
  readonly isSeen: boolean
}
