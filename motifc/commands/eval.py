"""motifc eval."""

from motifc.commands.console import console, emit
from motifc.commands.options import AsJson, Data, DataFolder, InputFile, Limit, NetworkFile, SplitSeed


def eval_command(
    network: NetworkFile,
    input_file: InputFile = None,
    data: Data = None,
    data_dir: DataFolder = None,
    seed: SplitSeed = None,
    limit: Limit = None,
    as_json: AsJson = False,
) -> None:
    """Tell the test accuracy of a network in float, where ties count as wrong, with its 95 % interval.

    Of a network that tells values it is their errors, sMAPE and mean squared error, against the targets of the samples.

    Without --input the samples are the test part of the split that it was trained on, unless another one is asked for.
    --json adds the recall of every class and the confusion matrix: rows are labels, the last column counts ties.
    """
    from motifc import assess
    from motifc.files import network_in
    from motifc.load_inputs import samples
    from motifc.tables import show_accuracies

    loaded = network_in(network)
    given = samples(str(network), loaded.provenance, input_file, data, seed, limit, data_dir)
    found = assess(loaded, given.spikes)

    def show() -> None:
        console.print(given.sentence)
        show_accuracies({"float network": found})

    emit({"network": loaded.digest, "data": given.as_dict(), **found.as_dict()}, as_json, show)
