/**
 * Which connections are kept when there are too many (docs/protocol/rules.md, G-10, G-14).
 *
 * One that has shown no credential yet gives way to a newer one: at most half of all connections are such, and the one
 * that has been silent about who it is for longest is closed. So no one without a credential keeps out who has one.
 */
import type { Socket } from "node:net"

/** The connections of one server. */
export class Admission {
  readonly #most: number
  /** Those that showed no credential, oldest first. */
  readonly #strangers = new Map<string, Socket>()
  #count = 0

  constructor(most: number) {
    this.#most = most
  }

  /** A connection was accepted. */
  arrived(socket: Socket): void {
    const name = nameOf(socket)
    this.#count++
    this.#strangers.set(name, socket)
    socket.once("close", () => {
      this.#count--
      if (this.#strangers.get(name) === socket) this.#strangers.delete(name)
    })
    if (this.#count <= this.#most && this.#strangers.size <= Math.ceil(this.#most / 2)) return
    const [oldest] = this.#strangers
    if (oldest === undefined) return
    this.#strangers.delete(oldest[0])
    oldest[1].destroy()
  }

  /** A request on the connection showed a credential. Under TLS this is another object than the one that arrived. */
  known(socket: Socket): void {
    this.#strangers.delete(nameOf(socket))
  }
}

const nameOf = ({ remoteAddress, remotePort }: Socket): string => `${remoteAddress ?? ""} ${remotePort ?? ""}`
