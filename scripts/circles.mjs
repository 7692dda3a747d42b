/** Circles in a graph of files: sets of files that all reach each other (Tarjan's algorithm). */

/** Every circle of `graph` (path → paths): `{files, way}`; `way` is a shortest walk along it, first file repeated at the end. */
export function circlesOf(graph) {
  const order = new Map()
  const low = new Map()
  const stack = []
  const waiting = new Set()
  const circles = []
  const visit = (path) => {
    order.set(path, order.size)
    low.set(path, order.get(path))
    stack.push(path)
    waiting.add(path)
    for (const next of graph.get(path) ?? []) {
      if (!graph.has(next)) continue
      if (!order.has(next)) {
        visit(next)
        low.set(path, Math.min(low.get(path), low.get(next)))
      } else if (waiting.has(next)) low.set(path, Math.min(low.get(path), order.get(next)))
    }
    if (low.get(path) !== order.get(path)) return
    const files = stack.splice(stack.indexOf(path))
    for (const one of files) waiting.delete(one)
    if (files.length > 1 || graph.get(path).includes(path)) circles.push({ files: files.sort(), way: walk(graph, files) })
  }
  for (const path of graph.keys()) if (!order.has(path)) visit(path)
  return circles
}

/** A shortest way from the first file back to itself, inside `files`. */
function walk(graph, files) {
  const [start] = files
  const from = new Map()
  const queue = [start]
  for (const path of queue) {
    for (const next of graph.get(path)) {
      if (next === start) {
        const way = [start]
        for (let at = path; at !== start; at = from.get(at)) way.unshift(at)
        return [start, ...way]
      }
      if (!files.includes(next) || from.has(next)) continue
      from.set(next, path)
      queue.push(next)
    }
  }
  return files
}
