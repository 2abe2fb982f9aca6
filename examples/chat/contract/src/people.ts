// Who is on the line.
import { z } from 'zod';
import { maxNameLength } from './facts.js';

/** A name as others see it: visible characters, no space at either end. */
export const Name = z
  .string()
  .trim()
  .min(1, 'A name needs at least one letter.')
  .max(maxNameLength, `A name may have ${maxNameLength} characters.`)
  .regex(/^[\p{L}\p{N}\p{P}\p{S}\p{M} ]+$/u, 'A name is made of visible characters.');

/** What a window shows of itself when it connects: a secret that it made up, and the name it would like. */
export const Ticket = z.object({ secret: z.string().min(16).max(64), name: z.string().max(200).optional() });
export type Ticket = z.infer<typeof Ticket>;

/** Somebody, as everybody may know them. */
export const Person = z.object({ id: z.string(), name: z.string() });
