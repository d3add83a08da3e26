"""Everything that puts Fengqiao onto machines."""
