// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { IResolver } from "../../src/interfaces/IResolver.sol";

/// @notice Answers for one question what it is told to, and nothing for others.
contract FixedResolver is IResolver {
    bytes32 private immutable id;
    uint8 private immutable side;
    bool private isFinal;
    uint128 private amount;

    constructor(bytes32 id_, uint8 side_) {
        id = id_;
        side = side_;
    }

    function set(bool isFinal_, uint128 amount_) external {
        isFinal = isFinal_;
        amount = amount_;
    }

    function payout(bytes32 id_, uint8 side_) external view returns (bool, uint128) {
        if (id_ != id || side_ != side) return (false, 0);
        return (isFinal, amount);
    }
}

/// @notice Answers these bytes to everything.
contract OddResolver {
    bytes private answer;

    constructor(bytes memory answer_) {
        answer = answer_;
    }

    fallback() external {
        bytes memory out = answer;
        assembly {
            return(add(out, 0x20), mload(out))
        }
    }
}

/// @notice Burns all gas that it gets.
contract BurningResolver {
    fallback() external {
        assembly {
            invalid()
        }
    }
}

/// @notice Works for a while, then answers 30.
contract SlowSource {
    function look() external view returns (uint128) {
        uint256 x = uint256(uint160(address(this)));
        for (uint256 i; i < 3000; ++i) {
            x = uint256(keccak256(abi.encode(x)));
        }
        return x == 0 ? 0 : 30;
    }
}

/// @notice Passes on what another contract says, and fails where that fails.
contract AskingResolver is IResolver {
    SlowSource private immutable source = new SlowSource();

    function payout(bytes32, uint8) external view returns (bool, uint128) {
        return (true, source.look());
    }
}

/// @notice Answers by itself where another contract fails, which IResolver warns of: who brings too little gas makes it fail.
contract TryingResolver is IResolver {
    SlowSource private immutable source = new SlowSource();

    function payout(bytes32, uint8) external view returns (bool, uint128) {
        try source.look() returns (uint128 amount) {
            return (true, amount);
        } catch {
            return (true, 0);
        }
    }
}
