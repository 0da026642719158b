import { z } from "zod";
import type { DesiredObject } from "./state.ts";

/** Reading so many objects of a kind costs about what compiling its schema costs. */
export const MANY = 100;

/**
 * Reads the objects of one kind. When many have come, zod compiles their schema to one function, which takes a third of the time for an object without
 * faults; one with faults is still read by the schema itself, which tells of them.
 */
export class KindReader {
  #schema: z.ZodType<DesiredObject>;
  #read = 0;

  constructor(schema: z.ZodType<DesiredObject>) {
    this.#schema = schema;
  }

  read(value: unknown): z.ZodSafeParseResult<DesiredObject> {
    if (++this.#read === MANY) this.#schema = z.compile(this.#schema);
    return this.#schema.safeParse(value, { reportInput: true });
  }
}
