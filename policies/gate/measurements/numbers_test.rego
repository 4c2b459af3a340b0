package gate.measurements_test

import data.gate.measurements

test_a_number_is_cut_after_four_decimals if measurements.brief(0.7574391027, {"at_least": 0.8}) == "0.7574"

test_a_number_of_four_decimals_is_whole if measurements.brief(0.7574, {"at_least": 0.8}) == "0.7574"

test_a_number_that_would_seem_to_keep_its_limit_is_whole if {
	measurements.brief(0.05004, {"at_most": 0.05}) == "0.05004"
	measurements.brief(-0.00004, {"at_least": 0}) == "-0.00004"
}

test_a_number_above_its_limit_is_cut if measurements.brief(0.0512345, {"at_most": 0.05}) == "0.0512"

test_a_loss_is_cut if measurements.brief(-0.0312345, {"at_least": -0.01}) == "-0.0312"

test_a_tiny_number_is_whole if measurements.brief(0.0000123, {"at_most": 0.00001}) == json.marshal(0.0000123)

test_what_is_no_number_is_as_it_is if measurements.brief([], {"at_least": 1}) == "[]"

test_without_a_limit_a_number_is_whole if measurements.brief(0.123456, {}) == "0.123456"
