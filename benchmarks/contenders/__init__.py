"""The same endpoints as other people would write them, each as its libraries' documentation does.

They check who asks and what is asked, as ours does; `benchmarks.equal` compares the answers.
"""
