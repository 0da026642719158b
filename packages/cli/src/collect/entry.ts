/** An entry of an archive before anything of it is read. */
export interface Entry {
  readonly name: string;
  /** `other`: a link, a device, a FIFO. */
  readonly kind: "file" | "directory" | "other";
  /** As the archive says: what it really holds is checked while it is read. */
  readonly size: number;
}

/** Takes the entries of an archive one by one. False: the entry was passed over, nothing of it was read. */
export type ReadEntry = (entry: Entry, open: () => Promise<AsyncIterable<Uint8Array>>) => Promise<boolean>;
