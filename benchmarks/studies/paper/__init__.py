"""The paper's four data sets with its layer sizes and ablation, as plans for `motifc sweep`."""
