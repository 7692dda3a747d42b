/** Text that a page cuts off, for the tests that look at pages. */

/**
 * Text that is cut off where neither an ellipsis says so nor scrolling leads to it. Runs in the page; every line of every text is followed
 * up through what clips it.
 */
export const CUTS = `(() => {
  const found = new Map()
  const styles = new Map()
  const styleOf = (element) => styles.get(element) ?? (styles.set(element, getComputedStyle(element)), styles.get(element))
  const clips = (overflow) => overflow === "hidden" || overflow === "clip"
  const scrolls = (overflow) => overflow === "auto" || overflow === "scroll"
  const isLine = ({ display }) => !/flex|grid/.test(display)
  const tell = (element, text, axis, by, clipper) => {
    const words = text.trim().replaceAll(/\\s+/g, " ").slice(0, 50)
    const key = words + axis + (clipper.className || clipper.tagName)
    if (!found.has(key)) found.set(key, "text is cut: " + JSON.stringify(words) + " by " + Math.round(by) + " px " + axis + ", by " +
      clipper.tagName + " " + (typeof clipper.className === "string" ? clipper.className : ""))
  }
  /** The next element that can clip one, and whether it is placed apart from those between. */
  const clipperOf = (element) => {
    const { position } = styleOf(element)
    if (position === "fixed") return null
    let parent = element.parentElement
    if (position === "absolute")
      while (parent !== null && styleOf(parent).position === "static" && styleOf(parent).transform === "none" &&
        styleOf(parent).contain === "none") parent = parent.parentElement
    return parent
  }
  const follow = (element, text, rect) => {
    let { left, right, top, bottom } = rect
    const most = (bottom - top) * 0.3
    for (let at = element; at !== null && at !== document.documentElement; at = clipperOf(at)) {
      const style = styleOf(at)
      const isX = clips(style.overflowX), isY = clips(style.overflowY)
      if (!isX && !isY && !scrolls(style.overflowX) && !scrolls(style.overflowY)) continue
      const box = at.getBoundingClientRect()
      const from = box.left + at.clientLeft, to = from + at.clientWidth
      const start = box.top + at.clientTop, end = start + at.clientHeight
      if (to - from < 2 || end - start < 2) return
      const beyondX = Math.max(right - to, from - left), beyondY = Math.max(bottom - end, start - top)
      if (isX && beyondX > 1.5 && !(style.textOverflow === "ellipsis" && isLine(style)) && style.webkitLineClamp === "none")
        return tell(element, text, "across", beyondX, at)
      if (isY && beyondY > most && style.webkitLineClamp === "none" && at.dataset.folded === undefined) return tell(element, text, "down", beyondY, at)
      left = Math.max(left, from); right = Math.min(right, to); top = Math.max(top, start); bottom = Math.min(bottom, end)
      if (right - left < 1 || bottom - top < 1) return
    }
    const beyond = Math.max(right - innerWidth, -left)
    if (beyond > 1.5) tell(element, text, "across", beyond, document.documentElement)
  }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  const range = document.createRange()
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.data.trim() === "") continue
    const element = node.parentElement
    // What a terminal cuts is its program's; what is hidden is not read.
    if (element.closest(".xterm,.visually-hidden,[hidden],[inert],[data-hidden],script,style,option")) continue
    if (!element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue
    range.selectNodeContents(node)
    for (const rect of range.getClientRects()) if (rect.width > 0.5 && rect.height > 0.5) follow(element, node.data, rect)
  }
  const pen = document.createElement("canvas").getContext("2d")
  for (const field of document.querySelectorAll("input,textarea,select")) {
    const style = styleOf(field)
    const text = field.tagName === "SELECT" ? field.selectedOptions[0]?.text : field.value === "" ? field.placeholder : ""
    if (!text || field.tagName === "TEXTAREA" || field.clientWidth < 2 || style.textOverflow === "ellipsis") continue
    if (field.closest(".xterm,[hidden],[inert],.visually-hidden") || !field.checkVisibility({ opacityProperty: true })) continue
    pen.font = style.font
    const room = field.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight)
    const by = pen.measureText(text).width - room
    if (by > 1.5) tell(field, text, "across", by, field)
  }
  return [...found.values()]
})()`
