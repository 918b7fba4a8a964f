/** What the reference engine needs, which is not there either. */
export class EventEmitter {
  emit(): boolean {
    return false;
  }
}
