import Testing

/// All tests that start processes, one after the other: they look at this process's descriptors and children.
@Suite(.serialized) struct ProcessTests {}
