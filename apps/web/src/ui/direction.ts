/** Arrow keys along a line, which goes from right to left where the page does. */

/** 1 for the arrow that points to the end of the line, -1 for the one to its beginning, 0 for any other key. */
export function alongLine({
  key,
  currentTarget,
}: {
  readonly key: string
  readonly currentTarget: EventTarget & Element
}): 1 | -1 | 0 {
  return alongLineOf(key, getComputedStyle(currentTarget).direction === "rtl")
}

/** The same where the direction is known. */
export function alongLineOf(key: string, isRightToLeft: boolean): 1 | -1 | 0 {
  if (key !== "ArrowLeft" && key !== "ArrowRight") return 0
  return (key === "ArrowRight") === isRightToLeft ? -1 : 1
}
