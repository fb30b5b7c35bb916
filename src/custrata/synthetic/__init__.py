"""What stands in for a real company in tests, demonstrations and benchmarks: invented data with known truth."""

from custrata.synthetic.company import Generated, generate
from custrata.synthetic.lines import generate_lines

__all__ = ["Generated", "generate", "generate_lines"]
