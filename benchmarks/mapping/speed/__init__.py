"""The mapper beside an earlier one: seconds, memory, messages and hops of both on the same networks."""
