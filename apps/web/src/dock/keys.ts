/** What a key does in the field of a message: a function of the key, the text and what the field is in (docs/protocol/app-rules.md, APP-47). */

/** A key press, as far as it is looked at. */
export interface Press {
  readonly key: string
  readonly shiftKey: boolean
  readonly altKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  /** An input method is at work: the key is its own. */
  readonly isComposing: boolean
}

/** What the field is in. */
export interface FieldState {
  readonly text: string
  /** Where the caret is; `undefined` while something is selected. */
  readonly caret: number | undefined
  readonly isEditing: boolean
  readonly hasQueued: boolean
  /** Words of before are shown, and have not been changed. */
  readonly isInHistory: boolean
  /** A touch keyboard: Enter is for lines, the button sends. */
  readonly isTouch: boolean
}

/** What is done. */
export type FieldAct =
  | "send"
  | "send-other"
  | "steer"
  | "save"
  | "leave-edit"
  | "leave"
  | "edit-last"
  | "older"
  | "newer"
  | undefined

/** What a key does; nothing that the field does not do by itself for most. */
export function fieldAct({ key, shiftKey, altKey, ctrlKey, metaKey, isComposing }: Press, field: FieldState): FieldAct {
  if (isComposing) return undefined
  const isMod = ctrlKey || metaKey
  switch (key) {
    case "Enter":
      if (shiftKey || (field.isTouch && !isMod && !altKey)) return undefined
      if (field.isEditing) return altKey ? undefined : "save"
      if (altKey) return isMod ? undefined : "steer"
      return isMod ? "send-other" : "send"
    case "Escape":
      return isMod || altKey || shiftKey ? undefined : field.isEditing ? "leave-edit" : "leave"
    case "ArrowUp":
      if (isMod || altKey || shiftKey || field.isEditing) return undefined
      if (field.text === "") return field.hasQueued ? "edit-last" : "older"
      return field.isInHistory && field.caret === 0 ? "older" : undefined
    case "ArrowDown":
      return field.isInHistory && field.caret === field.text.length && !shiftKey ? "newer" : undefined
    default:
      return undefined
  }
}
